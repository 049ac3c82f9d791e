package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/internal/dial/dialtest"
)

func TestWithoutProductAPI(t *testing.T) {
	t.Parallel()
	orders := httptest.NewServer(newFakeOrders())
	t.Cleanup(orders.Close)
	visitor := newVisitor(t, mustStart(t, mustFindNobody(t), orders.URL))
	for range 4 { // the circuit breaker opens on the way
		page := visitor.open("/")
		if page.status != http.StatusOK {
			t.Fatalf("GET / is %d, want 200", page.status)
		}
		mustShow(t, page, "Products are unavailable right now.", "Your cart is empty.")
	}
	mustShow(t, visitor.press("add", "1"), "Products are unavailable right now, so nothing was added.")
	mustShow(t, visitor.open("/orders"), "John Doe", "Delivered 1")
	if ready := visitor.open("/ready"); ready.status != http.StatusOK {
		t.Errorf("GET /ready is %d without product-api, want 200", ready.status)
	}
}

func TestWithoutOrderAPI(t *testing.T) {
	t.Parallel()
	products := httptest.NewServer(newFakeProducts())
	t.Cleanup(products.Close)
	visitor := newVisitor(t, mustStart(t, products.URL, mustFindNobody(t)))
	mustShow(t, visitor.press("add", "2"), "Mouse: 1 in your cart.", "Total $29.99")
	mustShow(t, visitor.open("/orders"), "Orders are unavailable right now.")
	if page := visitor.open("/orders/1"); page.status != http.StatusServiceUnavailable {
		t.Errorf("GET /orders/1 is %d, want 503", page.status)
	}
	form := mustFill(t, visitor.open("/checkout"), "Ada")
	page := visitor.submit("/checkout", form)
	mustShow(t, page, "Orders are unavailable right now. Your cart is safe", "Cart 1 item")
	if mustFill(t, page, "").Get("key") != form.Get("key") {
		t.Error("the order's key changed though nobody knows whether there is an order")
	}
}

func TestCartKeepsItsNamesWhileProductAPIIsAway(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	visitor := newVisitor(t, s.url)
	visitor.press("add", "2")
	visitor.press("add", "2")
	s.products.set(func(f *fakeProducts) {
		f.instead = func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusInternalServerError, nil) }
	})
	mustShow(t, visitor.open("/"), "Products are unavailable right now.", "Mouse $29.99 each", "Total $59.98",
		"Prices and stock cannot be checked right now.")
	mustShow(t, visitor.press("less", "2"), "Quantity: 1")
	mustShow(t, visitor.open("/checkout"), "Mouse × 1", "Place order")
}

func TestSlowProductAPIDoesNotHangThePage(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	visitor := newVisitor(t, s.url)
	visitor.press("add", "2")
	s.products.set(func(f *fakeProducts) {
		f.instead = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	})
	begun := time.Now()
	page := visitor.open("/")
	if took := time.Since(begun); took > 4*time.Second {
		t.Errorf("the page took %s", took)
	}
	mustShow(t, page, "Products are unavailable right now.", "Mouse")
}

// An order that is sent right after a roll-out waits until the network policies before order-api know the new pods,
// instead of being turned away.
func TestOrderAPIThatDoesNotHearAtFirst(t *testing.T) {
	t.Parallel()
	orderAPI := dialtest.Serve(t, 4*time.Second, newFakeOrders())
	url := mustStart(t, mustFindNobody(t), orderAPI)
	order := apiRequest{method: http.MethodPost, path: "/api/orders", body: `{"customer":"Eve"}`}
	if got := mustCall(t, url, order); got.status != http.StatusCreated {
		t.Errorf("an order is answered %d %s, want 201 once order-api hears", got.status, got.body)
	}
}

func TestNonsenseFromProductAPI(t *testing.T) {
	t.Parallel()
	bodies := []string{"", "null", "[]", "<html>", `{"products":null}`, `{"products":[{"name":null,"price":null}]}`,
		`{"products":[{"id":-1,"name":"x","price":-1,"stock":-9}]}`, `{"products":[{"id":1,"price":1e99}]}`}
	for _, body := range bodies {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			s := mustOpen(t)
			s.products.set(func(f *fakeProducts) {
				f.instead = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }
			})
			if page := newVisitor(t, s.url).open("/"); page.status != http.StatusOK {
				t.Errorf("GET / is %d, want 200", page.status)
			}
		})
	}
}
