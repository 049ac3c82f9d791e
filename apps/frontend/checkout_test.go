package main

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// mustFill is the checkout form on a page as a browser would send it.
func mustFill(t testing.TB, page answer, customer string) url.Values {
	t.Helper()
	form := url.Values{"customer": {customer}}
	for _, input := range hidden.FindAllStringSubmatch(page.body, -1) {
		form.Add(input[1], input[2])
	}
	if form.Get("key") == "" || !form.Has("item") {
		t.Fatalf("%s has no checkout form: %s", page.path, plainText(page.body))
	}
	return form
}

func TestCheckout(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	visitor := newVisitor(t, s.url)
	visitor.press("add", "2")
	visitor.press("add", "2")
	visitor.press("add", "1")
	page := visitor.open("/checkout")
	mustShow(t, page, "Mouse × 2 $59.98", "Laptop × 1 $999.99", "Total $1059.97")

	done := visitor.submit("/checkout", mustFill(t, page, "  Ada Lovelace "))
	if done.path != "/orders/4" {
		t.Errorf("the order led to %s, want /orders/4", done.path)
	}
	mustShow(t, done, "Thank you.", "Order 4", "Confirmed", "For Ada Lovelace 24 Nov 2026", "Thing 2 × 2 $42.00")
	mustShow(t, visitor.open("/"), "Your cart is empty.")
	if got := s.orders.placed(); len(got) != 1 || got[0].Customer != "Ada Lovelace" ||
		!slices.Equal(got[0].Items, []fakeItem{
			{ProductID: 2, Quantity: 2, Name: "Thing 2", Price: "21.00"},
			{ProductID: 1, Quantity: 1, Name: "Thing 1", Price: "21.00"},
		}) {
		t.Errorf("order-api got %+v", got)
	}
	if got := s.orders.requests()[0].Header.Get("X-Forwarded-For"); got != "127.0.0.1" {
		t.Errorf("order-api was told that the order comes from %q, want 127.0.0.1", got)
	}
}

func TestDoubleSubmitIsOneOrder(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	visitor := newVisitor(t, s.url)
	visitor.press("add", "2")
	form := mustFill(t, visitor.open("/checkout"), "Ada")
	var both sync.WaitGroup
	paths := make([]string, 2)
	for i := range paths {
		both.Go(func() { paths[i] = visitor.submit("/checkout", form).path })
	}
	both.Wait()
	if paths[0] != "/orders/4" || paths[1] != "/orders/4" || len(s.orders.placed()) != 1 {
		t.Errorf("two submits led to %q with %d orders, want /orders/4 twice and one", paths, len(s.orders.placed()))
	}
}

func TestOldFormSentAgainLeavesTheNewCart(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	visitor := newVisitor(t, s.url)
	visitor.press("add", "2")
	form := mustFill(t, visitor.open("/checkout"), "Ada")
	visitor.submit("/checkout", form)
	visitor.press("add", "2")
	visitor.press("add", "1")
	again := visitor.submit("/checkout", form)
	mustShow(t, again, "still one order", "Cart 2 items in your cart")
	if len(s.orders.placed()) != 1 {
		t.Errorf("%d orders, want one", len(s.orders.placed()))
	}
}

func TestWhatWasShownIsWhatIsOrdered(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	visitor := newVisitor(t, s.url)
	visitor.press("add", "2")
	form := mustFill(t, visitor.open("/checkout"), "Ada")
	visitor.press("add", "1") // in another tab
	visitor.submit("/checkout", form)
	if got := s.orders.placed(); len(got) != 1 || len(got[0].Items) != 1 || got[0].Items[0].ProductID != 2 {
		t.Errorf("ordered %+v, want the mouse alone", got)
	}
	mustShow(t, visitor.open("/"), "Cart 1 item in your cart", "Total $999.99")
}

func TestCustomerMustHaveAName(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	visitor := newVisitor(t, s.url)
	visitor.press("add", "2")
	form := mustFill(t, visitor.open("/checkout"), "")
	for _, name := range []string{"", " \t ", "\xff\xfe", "a\x00b", strings.Repeat("x", 101)} {
		form.Set("customer", name)
		page := visitor.submit("/checkout", form)
		if page.status != http.StatusUnprocessableEntity || !strings.Contains(plainText(page.body), "Please ") {
			t.Errorf("the name %.20q got %d, want 422 and a word", name, page.status)
		}
		if mustFill(t, page, "").Get("key") != form.Get("key") {
			t.Errorf("the name %.20q changed the order's key", name)
		}
	}
	if got := s.orders.requests(); len(got) != 0 {
		t.Errorf("order-api was asked %d times", len(got))
	}
	form.Set("customer", "Zoë <b>王</b>")
	mustShow(t, visitor.submit("/checkout", form), "For Zoë <b>王</b>")
}

func TestRefusedOrders(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		answer int
		body   any
		status int
		shows  string
		// newKey says that the next attempt is another order.
		newKey bool
		tries  int
	}{
		{
			name: "not enough in stock", answer: 409, body: map[string]string{"error": "Not enough stock"},
			status: 409, shows: "Not enough stock. Nothing was ordered.", newKey: true, tries: 1,
		},
		{
			name: "unknown product", answer: 422, body: map[string]string{"error": "Unknown product"},
			status: 409, shows: "Unknown product. Nothing was ordered.", newKey: true, tries: 1,
		},
		{
			name: "a name that only order-api refuses", answer: 400, status: 422, newKey: true, tries: 1,
			body:  map[string]any{"error": "Invalid fields", "fields": map[string]string{"customer": "is too odd"}},
			shows: "is too odd",
		},
		{name: "too many at once", answer: 429, status: 429, shows: "Too many orders at once.", tries: 1},
		{name: "unavailable", answer: 503, status: 503, shows: "Orders are unavailable right now.", tries: 1},
		{name: "broken", answer: 500, body: "<html>", status: 503, shows: "unavailable", tries: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := mustOpen(t)
			s.orders.set(func(f *fakeOrders) {
				f.instead = func(w http.ResponseWriter, _ *http.Request) { reply(w, tt.answer, tt.body) }
			})
			visitor := newVisitor(t, s.url)
			visitor.press("add", "2")
			form := mustFill(t, visitor.open("/checkout"), "Ada")
			page := visitor.submit("/checkout", form)
			if page.status != tt.status || len(s.orders.requests()) != tt.tries {
				t.Errorf("got %d after %d tries, want %d after %d",
					page.status, len(s.orders.requests()), tt.status, tt.tries)
			}
			mustShow(t, page, tt.shows, "Mouse × 1", "Cart 1 item in your cart")
			if newKey := mustFill(t, page, "").Get("key") != form.Get("key"); newKey != tt.newKey {
				t.Errorf("a new key: %t, want %t", newKey, tt.newKey)
			}
		})
	}
}

func TestTakenButPendingOrderIsFollowed(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	s.orders.set(func(f *fakeOrders) {
		f.list = append([]fakeOrder{{
			ID: 9, Customer: "Ada", Total: "0.00", Status: "pending",
			Items: []fakeItem{{ProductID: 2, Price: "0.00", Quantity: 1}},
		}}, f.list...)
		f.instead = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/api/orders/9")
			reply(w, http.StatusServiceUnavailable, map[string]string{"error": "Products are unavailable"})
		}
	})
	visitor := newVisitor(t, s.url)
	visitor.press("add", "2")
	page := visitor.submit("/checkout", mustFill(t, visitor.open("/checkout"), "Ada"))
	mustShow(t, page, "Order 9", "Pending", "Mouse × 1", "Total not yet known", "Check again", "Cart 0 items")
}

func TestLostConnectionStaysOneOrder(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	lost := false
	s.orders.set(func(f *fakeOrders) {
		f.instead = func(w http.ResponseWriter, r *http.Request) {
			if lost {
				f.place(w, r)
				return
			}
			lost = true
			panic(http.ErrAbortHandler)
		}
	})
	visitor := newVisitor(t, s.url)
	visitor.press("add", "2")
	page := visitor.submit("/checkout", mustFill(t, visitor.open("/checkout"), "Ada"))
	mustShow(t, page, "Order 4")
	keys := s.orders.requests()
	if len(keys) != 2 || keys[0].Header.Get("Idempotency-Key") != keys[1].Header.Get("Idempotency-Key") {
		t.Errorf("order-api was asked %d times, want twice with one key", len(keys))
	}
}

func TestOrders(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	s.orders.set(func(f *fakeOrders) {
		f.list = append(f.list, fakeOrder{ID: 7, Customer: "", Status: "", Date: "soon"})
		f.list = append(f.list, fakeOrder{ID: 8, Customer: "Eve", Status: "rejected", Reason: "Not enough stock"})
	})
	visitor := newVisitor(t, s.url)
	page := visitor.open("/orders")
	mustShow(t, page, "Orders 5", "In progress 1", "Shipped 1", "Delivered 1",
		"Order 1 John Doe · 1 Oct 2024 Delivered $1299.98", "Order 2 Jane Smith", "Processing $79.99", "soon unknown")
	if got := strings.Count(page.body, `class="status-icon`); got != 5 {
		t.Errorf("%d status icons for 5 orders", got)
	}
	mustShow(t, visitor.open("/orders/8"), "Rejected", "Not enough stock.")
	if missing := visitor.open("/orders/77"); missing.status != http.StatusNotFound {
		t.Errorf("an order that is not there: %d, want 404", missing.status)
	}
}
