package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// guardedOrders is an order-api that shows an order to its owner and to whoever has its secret, and a list to its owner.
type guardedOrders struct {
	mu     sync.Mutex
	owner  string
	status string
}

const orderSecret = "A4ORDERSSECRETTHATNOBODYKNOWS"

func (g *guardedOrders) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	owner := r.Header.Get("Order-Owner")
	order := map[string]any{
		"id": 4, "customer": "Ada", "total": 42.0, "status": g.status, "date": "2026-11-24", "access": orderSecret,
		"history": []map[string]string{
			{"status": "pending", "at": "2026-11-24T10:00:00Z"}, {"status": "confirmed", "at": "2026-11-24T10:00:01Z"},
		},
	}
	if g.status == "confirmed" {
		order["actions"] = []string{"cancel"}
	}
	mine := owner != "" && owner == g.owner
	switch {
	case r.Method == http.MethodPost && r.URL.Path == "/api/orders":
		g.owner, g.status = owner, "confirmed"
		reply(w, http.StatusCreated, order)
	case r.URL.Path == "/api/orders" && owner == "":
		reply(w, http.StatusUnauthorized, map[string]string{"error": "A valid API key is required"})
	case r.URL.Path == "/api/orders" && mine:
		reply(w, http.StatusOK, map[string]any{"orders": []any{order}, "count": 1})
	case r.URL.Path == "/api/orders":
		reply(w, http.StatusOK, map[string]any{"orders": []any{}, "count": 0})
	case !mine && r.Header.Get("Order-Access") != orderSecret:
		reply(w, http.StatusNotFound, map[string]string{"error": "Order not found"})
	case strings.HasSuffix(r.URL.Path, "/cancel"):
		g.status = "cancelled"
		reply(w, http.StatusOK, order)
	default:
		reply(w, http.StatusOK, order)
	}
}

// TestOrdersBelongToWhoPlacedThem: their visitor sees them by the session, others by the link alone.
func TestOrdersBelongToWhoPlacedThem(t *testing.T) {
	t.Parallel()
	products, orders := httptest.NewServer(newFakeProducts()), httptest.NewServer(&guardedOrders{})
	t.Cleanup(products.Close)
	t.Cleanup(orders.Close)
	base := mustStart(t, products.URL, orders.URL)
	ada, eve, nobody := newVisitor(t, base), newVisitor(t, base), newVisitor(t, base)
	eve.press("add", "2")
	ada.press("add", "2")
	page := ada.submit("/checkout", mustFill(t, ada.open("/checkout"), "Ada"))
	mustShow(t, page, "Order 4", "History Placed 24 Nov 2026, 10:00 UTC Confirmed 24 Nov 2026, 10:00 UTC", "Cancel this order")
	mustShow(t, ada.open("/orders"), "Order 4", "Ada")
	for _, stranger := range []*visitor{eve, nobody} {
		mustNotShow(t, stranger.open("/orders"), "Order 4", "Ada")
		for _, path := range []string{"/orders/4", "/orders/4?access=guessed", "/orders/4?access="} {
			if got := stranger.open(path); got.status != http.StatusNotFound || strings.Contains(got.body, "Ada") {
				t.Errorf("a stranger gets %d from %s, want 404", got.status, path)
			}
		}
		cancelled := stranger.submit("/orders/4/cancel", url.Values{"access": {"guessed"}})
		if cancelled.status != http.StatusNotFound {
			t.Errorf("a stranger cancels with %d, want 404", cancelled.status)
		}
	}
	link := regexp.MustCompile(`href="(/orders/4\?access=[^"]*)"`).FindStringSubmatch(page.body)
	if link == nil {
		t.Fatalf("the page has no link to keep: %s", plainText(page.body))
	}
	shared := nobody.open(link[1])
	mustShow(t, shared, "Order 4", "For Ada", "Cancel this order")
	done := nobody.submit("/orders/4/cancel", hiddenIn(shared))
	mustShow(t, done, "Your order was cancelled.", "Cancelled")
	mustNotShow(t, ada.open("/orders/4"), "Cancel this order")
}

// hiddenIn is what the forms of a page carry.
func hiddenIn(page answer) url.Values {
	form := url.Values{}
	for _, input := range hidden.FindAllStringSubmatch(page.body, -1) {
		form.Add(input[1], input[2])
	}
	return form
}
