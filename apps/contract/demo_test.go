package contract_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/servicetest"
)

// TestOnlyADemoBeginsWithSomething has the same stores without the setting, with it, and without it again.
func TestOnlyADemoBeginsWithSomething(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	env := map[string]string{
		contract.EnvAdminAPIKey: adminKey, contract.EnvReservationKey: reservationKey, contract.EnvOpenOrders: "true",
		contract.EnvSessionKey: "a key for tests that is long enough",
	}
	binaries := map[string]string{}
	for _, service := range contract.Services() {
		binaries[service.Name] = servicetest.Build(t, service)
	}
	for _, test := range []struct{ demo, products, orders, footer string }{
		{"false", `"count":0`, `"count":0`, "<p>TechCommerce</p>"},
		{"true", `"count":5`, `"count":3`, "is a demonstration shop: nothing is charged"},
		{"false", `"count":5`, `"count":3`, "<p>TechCommerce</p>"},
	} {
		env[contract.EnvDemo] = test.demo
		start := func(service contract.Service) *servicetest.Process {
			env[contract.EnvDatabaseURL] = "sqlite://" + filepath.Join(dir, service.Name+".db")
			return servicetest.Start(t, binaries[service.Name], env).AwaitReady()
		}
		products := start(contract.ProductAPI)
		env[contract.EnvProductAPIURL] = products.URL
		orders := start(contract.OrderAPI)
		env[contract.EnvOrderAPIURL] = orders.URL
		front := start(contract.Frontend)
		for url, want := range map[string]string{
			products.URL + "/api/products": test.products, orders.URL + "/api/orders": test.orders, front.URL + "/": test.footer,
		} {
			if got := mustText(t, url); !strings.Contains(got, want) {
				t.Errorf("with %s=%s %s answers %s, want %s in it", contract.EnvDemo, test.demo, url, got, want)
			}
		}
		for _, process := range []*servicetest.Process{front, orders, products} {
			process.Kill()
		}
	}
}
