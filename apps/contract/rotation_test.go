package contract_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/servicetest"
)

// TestKeysAreRotatedWithoutAnOutage has replicas of all stages of a rotation beside each other, as a rollout does: those
// with the old key, those that accept both, and those with the new one. All that are a stage apart work together.
func TestKeysAreRotatedWithoutAnOutage(t *testing.T) {
	t.Parallel()
	const before, after = "the key before", "the key after"
	stages := []string{before, after + "," + before, after}
	stock := databasetest.Environment(databasetest.SQLite(t))
	orders := databasetest.Environment(databasetest.SQLite(t))
	var products []*servicetest.Process
	build := servicetest.Build(t, contract.ProductAPI)
	for _, keys := range stages {
		stock[contract.EnvReservationKey], stock[contract.EnvAdminAPIKey] = keys, keys
		products = append(products, servicetest.Start(t, build, stock).AwaitReady())
	}
	build = servicetest.Build(t, contract.OrderAPI)
	for caller, keys := range stages {
		for callee, p := range products {
			orders[contract.EnvReservationKey], orders[contract.EnvProductAPIURL] = keys, p.URL
			o := servicetest.Start(t, build, orders).AwaitReady()
			d := &drill{T: t, products: p, orders: []*servicetest.Process{o}, ids: map[string]int64{}}
			status, answer := d.post(o.URL+"/api/orders", fmt.Sprintf("rotation-%d-%d", caller, callee), oneMouse)
			apart := max(caller, callee) - min(caller, callee)
			if apart < 2 && status != http.StatusCreated {
				t.Errorf("keys %q at order-api, %q at product-api: %d %s, want the order placed", keys, stages[callee], status, answer)
			}
			if apart == 2 {
				if status == http.StatusCreated {
					t.Errorf("keys %q at order-api, %q at product-api: the order is placed", keys, stages[callee])
				}
				o.AwaitLog(regexp.MustCompile("does not know this key.*RESERVATION_KEY"))
			}
			o.Kill()
		}
	}
	for i, p := range products {
		for key, opens := range map[string]bool{before: i < 2, after: i > 0} {
			request, err := http.NewRequest(http.MethodPost, p.URL+"/api/products", strings.NewReader(`{"name":"Cable","price":1}`))
			must(t, err)
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("X-API-Key", key)
			response, err := http.DefaultClient.Do(request)
			must(t, err)
			must(t, response.Body.Close())
			if want := map[bool]int{true: http.StatusCreated, false: http.StatusUnauthorized}[opens]; response.StatusCode != want {
				t.Errorf("%q where %q is accepted: %d, want %d", key, stages[i], response.StatusCode, want)
			}
		}
	}
}
