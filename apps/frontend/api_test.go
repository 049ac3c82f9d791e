package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// apiRequest is a request as a program would send it.
type apiRequest struct {
	method, path, body string
	header             map[string]string
}

func mustCall(t testing.TB, base string, a apiRequest) answer {
	t.Helper()
	visitor := newVisitor(t, base)
	r := visitor.request(a.method, a.path, a.body)
	r.Header.Set("Accept", "*/*")
	if a.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range a.header {
		r.Header.Set(name, value)
	}
	return visitor.send(r)
}

func TestContract(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	tests := []struct {
		name   string
		call   apiRequest
		status int
		has    string
	}{
		{"health", apiRequest{method: "GET", path: "/health"}, 200, `{"status":"healthy","service":"frontend"}`},
		{"readiness", apiRequest{method: "GET", path: "/ready"}, 200, `{"status":"ready","service":"frontend"}`},
		{"products", apiRequest{method: "GET", path: "/api/products"}, 200, `"count":6`},
		{"products, short form", apiRequest{method: "GET", path: "/products?limit=2"}, 200, `"count":2`},
		{"one product", apiRequest{method: "GET", path: "/api/products/2"}, 200, `"price":29.99`},
		{"one product, short form", apiRequest{method: "GET", path: "/products/2"}, 200, `"name":"Mouse"`},
		{"a product that is not there", apiRequest{method: "GET", path: "/products/77"}, 404, `"Product not found"`},
		{"orders", apiRequest{method: "GET", path: "/api/orders"}, 200, `"customer":"Jane Smith"`},
		{"orders, short form", apiRequest{method: "GET", path: "/orders"}, 200, `"customer":"John Doe"`},
		{"one order", apiRequest{method: "GET", path: "/api/orders/1"}, 200, `"total":1299.98`},
		{"one order, short form", apiRequest{method: "GET", path: "/orders/1"}, 200, `"total":1299.98`},
		{"an order placed", apiRequest{method: "POST", path: "/api/orders", body: `{"customer":"Eve"}`}, 201, `"Eve"`},
		{"an order placed, short form", apiRequest{method: "POST", path: "/orders", body: `{"customer":"Eve",
			"items":[{"product_id":1,"quantity":2}]}`, header: map[string]string{"Idempotency-Key": "k"}}, 201, `"items"`},
		{"an unknown path", apiRequest{method: "GET", path: "/nothing"}, 404, `{"error":"Not found"}`},
		{"an unknown path of the API", apiRequest{method: "GET", path: "/api/nothing"}, 404, `{"error":"Not found"}`},
		{"a wrong method", apiRequest{method: "DELETE", path: "/checkout"}, 405, `{"error":"Method not allowed"}`},
		{"too large a body", apiRequest{method: "POST", path: "/orders", body: strings.Repeat("a", 1<<20+1)}, 413, `"error"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := mustCall(t, s.url, tt.call)
			if got.status != tt.status || !strings.Contains(got.body, tt.has) || !json.Valid([]byte(got.body)) {
				t.Errorf("%s %s is %d %s, want %d with %s", tt.call.method, tt.call.path, got.status, got.body,
					tt.status, tt.has)
			}
			if got := got.header.Values("X-Request-Id"); len(got) != 1 {
				t.Errorf("X-Request-Id is %q, want one", got)
			}
		})
	}
}

func TestBrowsersGetPagesWhereProgramsGetJSON(t *testing.T) {
	t.Parallel()
	visitor := newVisitor(t, mustOpen(t).url)
	for path, status := range map[string]int{"/orders": 200, "/orders/1": 200, "/nothing": 404} {
		page := visitor.open(path)
		if page.status != status || !strings.Contains(page.header.Get("Content-Type"), "text/html") {
			t.Errorf("GET %s for a browser is %d %s, want %d text/html", path, page.status,
				page.header.Get("Content-Type"), status)
		}
	}
}

func TestInternalRoutesCannotBeReached(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	paths := []string{
		"/internal/reservations/x", "/api/products/../../internal/reservations/x",
		"/api/products/%2e%2e/%2e%2e/internal/reservations/x", "/products/..%2f..%2finternal%2freservations%2fx",
		"/api/products/..;/internal", "/products//internal/reservations/x", "/api/products/%2e%2e",
		"/api/products/1/internal", "/orders/1/confirm", "/api/internal/reservations", "/metrics", "/debug/pprof/",
	}
	for _, path := range paths {
		for _, method := range []string{"GET", "PUT", "POST"} {
			if got := mustCall(t, s.url, apiRequest{method: method, path: path}); got.status < 400 {
				t.Errorf("%s %s is %d %s", method, path, got.status, got.body)
			}
		}
	}
	for _, r := range append(s.products.requests(), s.orders.requests()...) {
		if !strings.HasPrefix(r.URL.EscapedPath(), "/api/products") {
			t.Errorf("product-api was asked for %s", r.URL.EscapedPath())
		}
		if strings.Contains(r.URL.Path, "internal/") {
			t.Errorf("product-api was asked for %s", r.URL.Path)
		}
	}
}

func TestProxyPassesOnWhatMatters(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	mustCall(t, s.url, apiRequest{
		method: "POST", path: "/orders?x=1", body: `{"customer":"Eve"}`,
		header: map[string]string{
			"Idempotency-Key": "k1", "X-Forwarded-For": "10.0.0.1",
		},
	})
	got := s.orders.requests()[0]
	if got.URL.String() != "/api/orders?x=1" || got.Header.Get("Idempotency-Key") != "k1" {
		t.Errorf("order-api was asked for %s with %v", got.URL, got.Header)
	}
	if chain := got.Header.Values("X-Forwarded-For"); len(chain) != 1 || chain[0] != "127.0.0.1" {
		t.Errorf("X-Forwarded-For is %q, want the peer alone: the rest is the client's own word", chain)
	}
}

// TestWhatTheAPIsAreToldIsOurWord: nothing that a client says of itself reaches the APIs as if this service had said it.
func TestWhatTheAPIsAreToldIsOurWord(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	outside := map[string]string{
		"Cookie": "session=secret", "X-Forwarded-For": "10.0.0.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil",
		"Forwarded": "for=10.0.0.1", "X-Real-Ip": "10.0.0.1", "Order-Owner": "AAAA", "Idempotency-Scope": "AAAA",
		"Baggage": "a=b", "X-Request-Id": "valid", "Traceparent": "00-000000000000000000000000000000ff-00000000000000aa-01",
		"Tracestate": "a=b", "Request-Timeout-Ms": "60000", "Connection": "Authorization",
		"Expect": "100-continue", "Te": "trailers",
	}
	mustCall(t, s.url, apiRequest{method: "POST", path: "/orders", body: `{"customer":"Eve"}`, header: outside})
	got := s.orders.requests()[0].Header
	for name, value := range outside {
		if got.Get(name) == value {
			t.Errorf("order-api got %s: %s from outside", name, value)
		}
	}
	mustCall(t, s.url, apiRequest{method: "POST", path: "/orders", body: `{"customer":"Eve"}`, header: map[string]string{
		"Authorization": "Bearer key", "X-Api-Key": "key", "Order-Access": "access", "If-Match": "tag",
	}})
	for name, want := range map[string]string{
		"Authorization": "Bearer key", "X-Api-Key": "key", "Order-Access": "access", "If-Match": "tag",
		"Content-Type": "application/json",
	} {
		if got := s.orders.requests()[1].Header.Get(name); got != want {
			t.Errorf("order-api got %s: %q, want %q", name, got, want)
		}
	}
}

// TestTheSessionIsTheOwnerInTheAPIToo: a visitor's browser may ask for the JSON of what is its own.
func TestTheSessionIsTheOwnerInTheAPIToo(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	visitor := newVisitor(t, s.url)
	visitor.press("add", "2")
	visitor.submit("/checkout", mustFill(t, visitor.open("/checkout"), "Ada"))
	r := visitor.request("POST", "/api/orders/4/cancel", "")
	r.Header.Set("Accept", "application/json")
	visitor.send(r)
	requests := s.orders.requests()
	owner := requests[0].Header.Get("Order-Owner")
	if got := requests[1].Header.Get("Order-Owner"); got != owner || owner == "" {
		t.Errorf("the visitor's order has the owner %q, its cancellation comes from %q", owner, got)
	}
}

// TestNonsenseOfClientsIsTheirs: it is answered 400, not as a failure of ours.
func TestNonsenseOfClientsIsTheirs(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	for _, path := range []string{"/api/products", "/orders", "/api/orders/1"} {
		for upgrade, want := range map[string]int{"f\xc3\xa9": 400, "websocket": 200, "": 200} {
			got := mustCall(t, s.url, apiRequest{method: "GET", path: path, header: map[string]string{
				"Connection": "Upgrade", "Upgrade": upgrade,
			}})
			if got.status != want {
				t.Errorf("GET %s with Upgrade: %q is %d %s, want %d", path, upgrade, got.status, got.body, want)
			}
		}
	}
}

// TestAnAnswerThatBreaksOffIsAFailure: half of an API's answer is not passed on as the whole.
func TestAnAnswerThatBreaksOffIsAFailure(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	s.products.set(func(f *fakeProducts) {
		f.instead = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"products":[`)
		}
	})
	if got := mustCall(t, s.url, apiRequest{method: "GET", path: "/api/products"}); got.status != 503 {
		t.Errorf("half an answer is passed on as %d %s, want 503", got.status, got.body)
	}
	large := strings.Repeat("x", 3<<20)
	s.products.set(func(f *fakeProducts) {
		f.instead = func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, large) }
	})
	if got := mustCall(t, s.url, apiRequest{method: "GET", path: "/api/products"}); got.body != large {
		t.Errorf("a large answer of %d bytes came as %d with %d", len(large), got.status, len(got.body))
	}
}

func TestProxyWithoutBackends(t *testing.T) {
	t.Parallel()
	base := mustStart(t, mustFindNobody(t), mustFindNobody(t))
	for _, path := range []string{"/api/products", "/products/1", "/orders", "/api/orders/1"} {
		got := mustCall(t, base, apiRequest{method: "GET", path: path})
		var told struct{ Error string }
		if err := json.Unmarshal([]byte(got.body), &told); err != nil || told.Error == "" || got.status != 503 {
			t.Errorf("GET %s is %d %s, want 503 with an error", path, got.status, got.body)
		}
		if got.header.Get("Retry-After") == "" {
			t.Errorf("GET %s has no Retry-After", path)
		}
	}
}

// TestNobodyIsToldThatNothingHappened: an API that is asked and does not answer may have done it all the same.
func TestNobodyIsToldThatNothingHappened(t *testing.T) {
	t.Parallel()
	breaks := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(breaks.Close)
	for name, c := range map[string]struct{ api, method, path, want string }{
		"an order that was sent":     {breaks.URL, http.MethodPost, "/api/orders", "It is not known whether the order was placed"},
		"another change":             {breaks.URL, http.MethodPost, "/api/orders/1/cancel", "It is not known whether this was done: Order API did not answer"},
		"a read":                     {breaks.URL, http.MethodGet, "/api/orders/1", "Order API is unavailable"},
		"an order that was not sent": {mustFindNobody(t), http.MethodPost, "/api/orders", "Order API is unavailable"},
	} {
		visitor := newVisitor(t, mustStart(t, c.api, c.api))
		r := visitor.request(c.method, c.path, `{"customer":"Ann","product_id":1,"quantity":1}`)
		r.Header.Set("Accept", "application/json")
		r.Header.Set("Content-Type", "application/json")
		if got := visitor.send(r); got.status != http.StatusServiceUnavailable || !strings.Contains(got.body, `"`+c.want+`"`) {
			t.Errorf("%s: %d %s, want 503 %q", name, got.status, got.body, c.want)
		}
	}
}
