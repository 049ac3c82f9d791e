package contract_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/servicetest"
)

const (
	adminKey       = "the-admin-key"
	reservationKey = "the-reservation-key"
)

// shop is all three services, running.
type shop struct {
	products, orders, frontend   *servicetest.Process
	productsClient, ordersClient *http.Client
}

// mustShop starts a shop of a demo, in which everybody may see every order, as in the one that this contract is from; or
// one as customers have it.
func mustShop(t *testing.T, open bool) *shop {
	t.Helper()
	dir := t.TempDir()
	s := &shop{
		productsClient: mustConform(t, contract.ProductAPI),
		ordersClient:   mustConform(t, contract.OrderAPI),
	}
	env := map[string]string{
		contract.EnvAdminAPIKey: adminKey, contract.EnvReservationKey: reservationKey, contract.EnvVersion: "1.2.3",
		contract.EnvOpenOrders:  strconv.FormatBool(open),
		contract.EnvDatabaseURL: "sqlite://" + filepath.Join(dir, "products.db"),
	}
	s.products = servicetest.Start(t, servicetest.Build(t, contract.ProductAPI), env).AwaitReady()
	env[contract.EnvDatabaseURL] = "sqlite://" + filepath.Join(dir, "orders.db")
	env[contract.EnvProductAPIURL] = s.products.URL
	s.orders = servicetest.Start(t, servicetest.Build(t, contract.OrderAPI), env).AwaitReady()
	s.frontend = servicetest.Start(t, servicetest.Build(t, contract.Frontend), map[string]string{
		contract.EnvProductAPIURL: s.products.URL, contract.EnvOrderAPIURL: s.orders.URL,
		contract.EnvSessionKey: "a key for tests that is long enough",
	}).AwaitReady()
	return s
}

// row is one promise: what is sent, and what must come back.
type row struct {
	name    string
	service string // products unless it says orders or frontend
	method  string // GET unless it says otherwise
	path    string
	body    string
	header  map[string]string
	status  int
	// want is the answer's JSON, or part of it: what it does not name may be anything.
	want string
	// headers must be in the answer; "*" stands for any value.
	headers map[string]string
}

// TestContract is every row of the HTTP contract against the binaries. Rows run in order and build on each other.
func TestContract(t *testing.T) {
	t.Parallel()
	s := mustShop(t, true)
	for _, rows := range [][]row{probeRows(), productRows(), adminRows(), orderRows(), replayRows(), badRows(), frontRows()} {
		for _, r := range rows {
			t.Run(r.name, func(t *testing.T) { s.check(t, r) })
		}
	}
	t.Run("metrics are on their own port only", s.checkMetrics)
	t.Run("nothing personal is logged", s.checkLog)
	s.products.Kill()
	for _, r := range lonelyRows() {
		t.Run(r.name, func(t *testing.T) { s.check(t, r) })
	}
}

func (s *shop) check(t *testing.T, r row) {
	t.Helper()
	base, client := s.products.URL, s.productsClient
	switch r.service {
	case "orders":
		base, client = s.orders.URL, s.ordersClient
	case "frontend":
		base, client = s.frontend.URL, http.DefaultClient
	}
	method := r.method
	if method == "" {
		method = http.MethodGet
	}
	request, err := http.NewRequest(method, base+r.path, strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	if r.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range r.header {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != r.status {
		t.Errorf("%s %s = %d %s, want %d", method, r.path, response.StatusCode, body, r.status)
	}
	for name, want := range r.headers {
		if got := response.Header.Get(name); got != want && (want != "*" || got == "") {
			t.Errorf("%s %s: header %s = %q, want %q", method, r.path, name, got, want)
		}
	}
	if r.want != "" {
		if problem := lacks(mustJSON(t, body), mustJSON(t, []byte(r.want)), ""); problem != "" {
			t.Errorf("%s %s = %s: %s", method, r.path, body, problem)
		}
	}
}

// lacks says what of want is not in got: objects may hold more, everything else must be equal.
func lacks(got, want any, path string) string {
	switch want := want.(type) {
	case map[string]any:
		have, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s is no object", path)
		}
		for name, value := range want {
			if problem := lacks(have[name], value, path+"."+name); problem != "" {
				return problem
			}
		}
		return ""
	case []any:
		have, ok := got.([]any)
		if !ok || len(have) != len(want) {
			return fmt.Sprintf("%s has not %d entries", path, len(want))
		}
		for i := range want {
			if problem := lacks(have[i], want[i], fmt.Sprintf("%s[%d]", path, i)); problem != "" {
				return problem
			}
		}
		return ""
	}
	if !cmp.Equal(got, want) {
		return fmt.Sprintf("%s is %v, want %v", path, got, want)
	}
	return ""
}

// mustJSON decodes with numbers as they are written, so that 4.9 is not 4.90.
func mustJSON(t *testing.T, text []byte) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return value
}
