package main

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"
)

// loseAnswers makes order-api take orders and the network lose its answers.
func (s *shop) loseAnswers(lose bool) {
	s.orders.set(func(f *fakeOrders) {
		f.instead = nil
		if lose {
			f.instead = func(_ http.ResponseWriter, r *http.Request) {
				f.place(httptest.NewRecorder(), r)
				panic(http.ErrAbortHandler)
			}
		}
	})
}

// TestLostAnswerStaysOneOrder: whatever a customer does with the cart's checkout after a lost answer, it is one order.
func TestLostAnswerStaysOneOrder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		// customer is the name under which it is ordered again, Ada where it is empty.
		customer string
		// next is the page that the customer orders from again.
		next func(v *visitor, sent, refused answer) answer
	}{
		{name: "the button again", next: func(_ *visitor, _, refused answer) answer { return refused }},
		{name: "the checkout opened anew", next: func(v *visitor, _, _ answer) answer { return v.open("/checkout") }},
		{name: "under another name", customer: "Ada Lovelace", next: func(_ *visitor, _, refused answer) answer { return refused }},
		{name: "the back button", next: func(_ *visitor, sent, _ answer) answer { return sent }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := mustOpen(t)
			visitor := newVisitor(t, s.url)
			visitor.press("add", "2")
			otherTab := visitor.open("/checkout")
			sent := visitor.open("/checkout")
			s.loseAnswers(true)
			refused := visitor.submit("/checkout", mustFill(t, sent, "Ada"))
			mustShow(t, refused, "Orders are unavailable right now. Your cart is safe")
			s.loseAnswers(false)
			done := visitor.submit("/checkout", mustFill(t, tt.next(visitor, sent, refused), cmp.Or(tt.customer, "Ada")))
			mustShow(t, done, "This order was in already. It is still one order.", "Cart 0 items")
			mustShow(t, visitor.submit("/checkout", mustFill(t, otherTab, "Ada")), "still one order")
			if placed := s.orders.placed(); len(placed) != 1 {
				t.Errorf("%d orders, want one", len(placed))
			}
		})
	}
}

// TestAChangedCartIsAnotherOrder: the key goes with the cart it is for.
func TestAChangedCartIsAnotherOrder(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	visitor := newVisitor(t, s.url)
	keys := map[string]string{}
	note := func(what string) {
		key := mustFill(t, visitor.open("/checkout"), "Ada").Get("key")
		if again := mustFill(t, visitor.open("/checkout"), "Ada").Get("key"); again != key {
			t.Errorf("%s: two views of one cart have two keys", what)
		}
		if before, known := keys[key]; known {
			t.Errorf("%s has the key of %s", what, before)
		}
		keys[key] = what
	}
	visitor.press("add", "2")
	note("a mouse")
	visitor.press("more", "2")
	note("two mice")
	visitor.press("less", "2")
	note("one mouse again")
	visitor.submit("/checkout", mustFill(t, visitor.open("/checkout"), "Ada"))
	visitor.press("add", "2")
	note("a mouse after the order")
	s.orders.set(func(f *fakeOrders) {
		f.instead = func(w http.ResponseWriter, _ *http.Request) {
			reply(w, http.StatusConflict, map[string]string{"error": "Not enough stock"})
		}
	})
	visitor.submit("/checkout", mustFill(t, visitor.open("/checkout"), "Ada"))
	note("the mouse after a refusal")
}

// TestTheOwnerTravels: orders carry the visitor's secret, the same for all of them, and it is on no page.
func TestTheOwnerTravels(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	visitor := newVisitor(t, s.url)
	for range 2 {
		visitor.press("add", "2")
		visitor.submit("/checkout", mustFill(t, visitor.open("/checkout"), "Ada"))
	}
	stranger := newVisitor(t, s.url)
	stranger.press("add", "2")
	stranger.submit("/checkout", mustFill(t, stranger.open("/checkout"), "Eve"))
	var owners []string
	for _, r := range s.orders.requests() {
		owner := r.Header.Get("Order-Owner")
		if !regexp.MustCompile(`^[A-Z2-7]{26}$`).MatchString(owner) || r.Header.Get("Idempotency-Scope") != owner {
			t.Errorf("an order came with the owner %q and the scope %q", owner, r.Header.Get("Idempotency-Scope"))
		}
		owners = append(owners, owner)
	}
	if len(owners) != 3 || owners[0] != owners[1] || owners[1] == owners[2] {
		t.Errorf("owners are %q, want one visitor twice and another once", owners)
	}
	if page := visitor.open("/orders/4"); strings.Contains(page.body, owners[0]) {
		t.Error("the page shows the visitor's secret")
	}
}

// TestWhatIsShownIsCharged: another price is shown and asked for again, never charged without a word.
func TestWhatIsShownIsCharged(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	visitor := newVisitor(t, s.url)
	visitor.press("add", "2")
	visitor.press("add", "2")
	form := mustFill(t, visitor.open("/checkout"), "Ada")
	s.orders.set(func(f *fakeOrders) {
		f.instead = func(w http.ResponseWriter, _ *http.Request) {
			reply(w, http.StatusConflict, map[string]any{"error": "Prices have changed", "details": map[string]any{
				"lines": []fakeItem{{ProductID: 2, Name: "Mouse", Price: "35.50", Quantity: 2}}, "total": "71.00",
			}})
		}
	})
	s.products.set(func(f *fakeProducts) { f.list[1].Price = "35.50" })
	page := visitor.submit("/checkout", form)
	if page.status != http.StatusConflict {
		t.Errorf("a changed price is answered %d, want 409", page.status)
	}
	mustShow(t, page, "Prices have changed", "Nothing was ordered.", "Now $35.50 each, was $29.99", "Total $71.00")
	s.orders.set(func(f *fakeOrders) { f.instead = nil })
	again := mustFill(t, page, "Ada")
	if again.Get("key") == form.Get("key") {
		t.Error("the refused order's key is used again")
	}
	mustShow(t, visitor.submit("/checkout", again), "Thank you.")
	if placed := s.orders.placed(); len(placed) != 1 || placed[0].Expected != "71.00" {
		t.Errorf("ordered %+v, want one at the total that was shown, 71.00", placed)
	}
}

// TestNobodyOrdersAtAPriceThatWasNotShown: without prices there is no button.
func TestNobodyOrdersAtAPriceThatWasNotShown(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	visitor := newVisitor(t, s.url)
	visitor.press("add", "2")
	elsewhere := *visitor
	elsewhere.url = mustStart(t, mustFindNobody(t), mustFindNobody(t)) // a replica that has never seen a product
	page := elsewhere.open("/checkout")
	mustShow(t, page, "Total unknown", "a price that you have not seen")
	mustNotShow(t, page, "Place order")
}

// TestAnOlderOrderAPIStillTakesOrders: one that does not know of totals refuses the field, and gets the order without.
func TestAnOlderOrderAPIStillTakesOrders(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	refused := false
	s.orders.set(func(f *fakeOrders) {
		f.instead = func(w http.ResponseWriter, r *http.Request) {
			if !refused {
				refused = true
				reply(w, http.StatusBadRequest, map[string]any{
					"error": "Invalid fields", "fields": map[string]string{"expected_total": "is not a known field"},
				})
				return
			}
			f.place(w, r)
		}
	})
	visitor := newVisitor(t, s.url)
	visitor.press("add", "2")
	mustShow(t, visitor.submit("/checkout", mustFill(t, visitor.open("/checkout"), "Ada")), "Thank you.", "Order 4")
	if placed := s.orders.placed(); len(placed) != 1 || placed[0].Expected != "" {
		t.Errorf("ordered %+v, want one without a total", placed)
	}
}

// TestATakenOrderIsFollowed: 202 is an order with an address, whose page looks again by itself.
func TestATakenOrderIsFollowed(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	s.orders.set(func(f *fakeOrders) {
		pending := fakeOrder{ID: 9, Customer: "Ada", Total: "0.00", Status: "pending", Items: []fakeItem{
			{ProductID: 2, Price: "0.00", Quantity: 1},
		}}
		f.list = append([]fakeOrder{pending}, f.list...)
		f.instead = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/api/orders/9")
			reply(w, http.StatusAccepted, pending)
		}
	})
	visitor := newVisitor(t, s.url)
	visitor.press("add", "2")
	page := visitor.submit("/checkout", mustFill(t, visitor.open("/checkout"), "Ada"))
	mustShow(t, page, "Your order is being processed", "Order 9", "Pending", "Mouse × 1", "Check again", "Cart 0 items")
	want := "2; url=/orders/9?looked=1"
	if got := page.header.Get("Refresh"); page.path != "/orders/9" || got != want {
		t.Errorf("%s is to be loaded again %q, want %q", page.path, got, want)
	}
	for query, want := range map[string]string{
		"looked=3": "16; url=/orders/9?looked=4", "looked=60": "60; url=/orders/9?looked=60", "looked=-1": want,
		"looked=9999999999999999999999": want,
	} {
		if got := visitor.open("/orders/9?" + query).header.Get("Refresh"); got != want {
			t.Errorf("?%s is to be loaded again %q, want %q", query, got, want)
		}
	}
	if got := visitor.open("/orders/1").header.Get("Refresh"); got != "" {
		t.Errorf("an order at its end is to be loaded again: %q", got)
	}
}

// TestTheTimeLeftTravels: order-api is told less than the page waits.
func TestTheTimeLeftTravels(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	visitor := newVisitor(t, s.url)
	visitor.press("add", "2")
	visitor.submit("/checkout", mustFill(t, visitor.open("/checkout"), "Ada"))
	mustCall(t, s.url, apiRequest{
		method: "POST", path: "/api/orders", body: `{"customer":"Eve"}`,
		header: map[string]string{"Request-Timeout-Ms": "3000"},
	})
	for i, most := range []string{"7750", "2750"} {
		if got := s.orders.requests()[i].Header.Get("Request-Timeout-Ms"); len(got) != 4 || got > most {
			t.Errorf("order %d: order-api is told to take %s ms, want at most %s", i, got, most)
		}
	}
}

func TestTheCheckoutOfAnEmptyCartAsksNobody(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	s.products.set(func(f *fakeProducts) {
		f.instead = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	})
	begun := time.Now()
	mustShow(t, newVisitor(t, s.url).open("/checkout"), "Your cart is empty.")
	if asked := len(s.products.requests()) + len(s.orders.requests()); asked != 0 || time.Since(begun) > time.Second {
		t.Errorf("the APIs were asked %d times, and it took %s", asked, time.Since(begun))
	}
}
