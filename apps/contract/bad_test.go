package contract_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
)

// badRows are what clients must not send. Each is a 4xx that names what is wrong.
func badRows() []row {
	place := func(name, body, want string) row {
		return row{name: name, service: "orders", method: "POST", path: "/api/orders", body: body, status: 400, want: want}
	}
	items := func(items string) string { return `{"customer":"Ann","items":[` + items + `]}` }
	return []row{
		place("refuses malformed JSON", `{"customer":`, `{"error":"Malformed JSON"}`),
		place("refuses two values", `{}{}`, `{"error":"Malformed JSON"}`),
		place("refuses NaN", `{"product_id":1,"quantity":NaN}`, `{"error":"Malformed JSON"}`),
		place("refuses deep JSON", strings.Repeat("[", 100_000), `{"error":"Malformed JSON"}`),
		place("refuses a text that holds the words", `"customer items"`, `{"error":"Body must be a JSON object"}`),
		place("refuses null", `null`, `{"error":"Body must be a JSON object"}`),
		place("refuses invalid UTF-8", "{\"customer\":\"\xff\xfe\"}", `{"error":"Body is not valid UTF-8"}`),
		place("refuses an unknown field", `{"product_id":1,"quantity":1,"colour":"red"}`,
			`{"fields":{"colour":"is not a known field"}}`),
		place("refuses a quantity of zero", `{"product_id":1,"quantity":0}`,
			`{"fields":{"quantity":"must be a whole number from 1 to 10000"}}`),
		place("refuses a negative quantity", `{"product_id":1,"quantity":-1}`, `{"error":"Invalid fields"}`),
		place("refuses half a thing", `{"product_id":1,"quantity":0.5}`, `{"error":"Invalid fields"}`),
		place("refuses a huge quantity", `{"product_id":1,"quantity":1e400}`, `{"error":"Invalid fields"}`),
		place("refuses a quantity as text", `{"product_id":1,"quantity":"1"}`, `{"error":"Invalid fields"}`),
		place("refuses an id that overflows", `{"product_id":99999999999999999999,"quantity":1}`,
			`{"error":"Invalid fields"}`),
		place("refuses null fields", `{"customer":null,"items":null}`,
			`{"fields":{"customer":"is required","items":"is required"}}`),
		place("refuses an empty name", `{"customer":" ","product_id":1,"quantity":1}`,
			`{"fields":{"customer":"must not be empty"}}`),
		place("refuses a long name", `{"customer":"`+strings.Repeat("a", 900_000)+`","product_id":1,"quantity":1}`,
			`{"fields":{"customer":"has 900000 characters, want at most 200"}}`),
		place("refuses control characters", `{"customer":"a\u0000b","product_id":1,"quantity":1}`,
			`{"fields":{"customer":"must not hold control characters"}}`),
		place("refuses no items", items(""), `{"fields":{"items":"has 0 entries, want 1 to 100"}}`),
		place("refuses 10,000 items", items(strings.Repeat(`{"product_id":1,"quantity":1},`, 9_999)+`{}`),
			`{"fields":{"items":"has 10000 entries, want 1 to 100"}}`),
		place("refuses an item twice", items(`{"product_id":1,"quantity":1},{"product_id":"1","quantity":1}`),
			`{"fields":{"items[1].product_id":"is listed twice"}}`),
		place("names each bad item", items(`{"product_id":1},{"quantity":1},3`),
			`{"error":"Missing required fields","fields":{"items[0].quantity":"is required",
				"items[1].product_id":"is required","items[2]":"must be an object"}}`),
		place("refuses both forms at once", `{"product_id":1,"quantity":1,"items":[]}`,
			`{"fields":{"items":"cannot stand beside product_id and quantity"}}`),
		{name: "refuses a body that is too large", service: "orders", method: "POST", path: "/api/orders", status: 413,
			body: `{"customer":"` + strings.Repeat("a", 1<<20) + `"}`, want: `{"error":"Body is larger than 1048576 bytes"}`},
		{name: "refuses what is not JSON", service: "orders", method: "POST", path: "/api/orders", status: 415,
			body: `<order/>`, header: map[string]string{"Content-Type": "application/xml"},
			want: `{"error":"Content-Type must be application/json"}`},
		{name: "refuses a method that nobody knows", service: "orders", method: "BREW", path: "/api/orders", status: 405,
			want: `{"error":"Method not allowed"}`},
		{name: "refuses a malformed query", path: "/api/products?q=%zz", status: 400, want: `{"error":"Invalid fields"}`},
		{name: "stored nothing of it", service: "orders", path: "/api/orders?limit=1", status: 200,
			want: `{"orders":[{"id":9}]}`},
	}
}

func (s *shop) checkMetrics(t *testing.T) {
	s.check(t, row{service: "orders", path: contract.MetricsPath, status: 404, want: `{"error":"Not found"}`})
	for _, test := range []struct{ base, want string }{
		{s.products.Internal, contract.MetricRequests + `{method="GET",route="/api/products",status="200"}`},
		{s.products.Internal, contract.MetricRequestDuration + `_bucket{method="GET",route="/api/products",le="0.1"}`},
		{s.products.Internal, contract.MetricProductStock + `{product="1"} 46`},
		{s.products.Internal, contract.MetricReservationsOpen + ` 0`},
		{s.products.Internal, contract.MetricBuildInfo + `{goversion="`},
		{s.orders.Internal, contract.MetricOrders + `{outcome="confirmed"} 4`},
		{s.orders.Internal, contract.MetricOrders + `{outcome="rejected"} 4`},
		{s.orders.Internal, contract.MetricOrders + `{outcome="cancelled"} 2`},
		{s.orders.Internal, contract.MetricOrdersPending + ` 0`},
		{s.orders.Internal, contract.MetricOrdersPendingOldest + ` 0`},
		{s.orders.Internal, contract.MetricRequests + `{method="other",route="unmatched",status="405"} 1`},
	} {
		if text := mustText(t, test.base+contract.MetricsPath); !strings.Contains(text, test.want) {
			t.Errorf("metrics lack %s", test.want)
		}
	}
	if text := mustText(t, s.orders.Internal+contract.MetricsPath); strings.Contains(text, `route="/api/orders/4"`) {
		t.Error("a metric has a path instead of its template as label")
	}
}

func (s *shop) checkLog(t *testing.T) {
	log := s.orders.Log() + s.products.Log()
	for _, secret := range []string{"Ann", "Bob", "a-key", adminKey, reservationKey} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if strings.Contains(log, `"status":"error"`) {
		t.Errorf("the log holds errors:\n%s", log)
	}
	for _, want := range []string{`"service":"order-api"`, `"version":"1.2.3"`, `"env":"local"`, `"request_id":"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s", want)
		}
	}
}

func mustText(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // it was read to its end
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(fmt.Errorf("%s: %d: %w", url, response.StatusCode, err))
	}
	return string(text)
}
