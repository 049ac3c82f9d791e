package contract_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/internal/audit"
)

// TestAuditLog does what the shop's owner can do, and what customers do, and reads what was recorded.
func TestAuditLog(t *testing.T) {
	t.Parallel()
	s := mustShop(t, false)
	id, _ := s.mustPlaceAs(t, map[string]string{"Order-Owner": "ada-secret", "Idempotency-Key": "1", "Idempotency-Scope": "ada-secret"})
	cancelled, access := s.mustPlaceAs(t, map[string]string{"Order-Owner": "bob-secret", "Idempotency-Key": "2", "Idempotency-Scope": "bob-secret"})
	key := map[string]string{"X-API-Key": adminKey}
	for _, r := range []row{
		{method: "POST", path: "/api/products", body: `{"name":"Cable","price":4.9}`, status: 201},
		{method: "PATCH", path: "/api/products/6", body: `{"name":"Cord","price":5,"withdrawn":true}`, status: 200},
		{method: "POST", path: "/products/6/stock", body: `{"change":7}`, status: 200},
		{method: "POST", path: "/products/6/stock", body: `{"change":-8}`, status: 409},
		{service: "orders", method: "PATCH", path: fmt.Sprintf("/api/orders/%d", id), body: `{"status":"processing"}`, status: 200},
		{service: "orders", method: "PATCH", path: fmt.Sprintf("/api/orders/%d", id), body: `{"status":"delivered"}`, status: 409},
		{service: "orders", method: "POST", path: fmt.Sprintf("/api/orders/%d/access", id), status: 200},
		{service: "orders", method: "POST", path: fmt.Sprintf("/api/orders/%d/cancel", id), status: 200},
		{service: "orders", method: "POST", path: "/api/orders", status: 201,
			body: `{"customer":"Zoe Quux","items":[{"product_id":2,"quantity":1}]}`},
		{service: "orders", method: "POST", path: fmt.Sprintf("/api/orders/%d/cancel", cancelled+1), status: 200},
		{service: "orders", method: "POST", path: "/api/orders/erase", body: `{"customer":"Zoe Quux"}`, status: 200,
			want: `{"erased":1,"left":0}`},
	} {
		r.header = key
		s.check(t, r)
	}
	s.check(t, row{service: "orders", method: "POST", path: fmt.Sprintf("/api/orders/%d/cancel?access=%s", cancelled, access), status: 200})
	s.check(t, row{service: "orders", path: "/api/orders/audit", status: 401})
	s.check(t, row{path: "/api/products/audit", status: 401})
	s.check(t, row{service: "orders", method: "POST", path: "/api/orders", body: `{"product_id":6,"quantity":1}`, status: 422,
		want: `{"error":"Product not sold any more"}`})

	for _, log := range []struct {
		url  string
		want []string
	}{
		{s.products.URL + "/api/products/audit", []string{
			"stock product 6: +7, 7 in stock",
			`edit product 6: name "Cord", was "Cable"; price 5.00, was 4.90; out of sale`,
			"create product 6: Cable, 4.90, 0 in stock",
		}},
		{s.orders.URL + "/api/orders/audit", []string{
			"erase a customer: 1 orders erased, 0 left", // and not who it was
			fmt.Sprintf("move order %d: cancelled", cancelled+1),
			fmt.Sprintf("move order %d: cancelled", id),
			fmt.Sprintf("renew link order %d: links from before open nothing any more", id),
			fmt.Sprintf("move order %d: processing", id),
		}},
	} {
		var got []string
		for next := int64(0); ; { // a page for each entry
			page := s.mustRead(t, log.url, next)
			for _, e := range page.Entries {
				if e.Key != audit.Fingerprint(adminKey) {
					t.Errorf("done with the key %s, want %s", e.Key, audit.Fingerprint(adminKey))
				}
				got = append(got, e.Action+" "+e.Subject+": "+e.Detail)
			}
			if next = page.Next; next == 0 {
				break
			}
		}
		if !slices.Equal(got, log.want) {
			t.Errorf("%s has %q, want %q", log.url, got, log.want)
		}
	}
}

type auditPage struct {
	Entries []struct{ Key, Action, Subject, Detail string }
	Next    int64
}

func (s *shop) mustRead(t *testing.T, url string, before int64) (page auditPage) {
	t.Helper()
	url += "?limit=1"
	if before > 0 {
		url += fmt.Sprint("&before=", before)
	}
	request, err := http.NewRequest(http.MethodGet, url, nil)
	must(t, err)
	request.Header.Set("X-API-Key", adminKey)
	response, err := s.ordersOrProducts(url).Do(request)
	must(t, err)
	defer response.Body.Close() //nolint:errcheck // it was read
	must(t, json.NewDecoder(response.Body).Decode(&page))
	return page
}

// ordersOrProducts is the client that holds the service at an address against its description.
func (s *shop) ordersOrProducts(url string) *http.Client {
	if strings.HasPrefix(url, s.orders.URL) {
		return s.ordersClient
	}
	return s.productsClient
}
