package browsertest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/contract"
)

// adminKey is what the operator of every shop here signs in with.
const adminKey = "the key of the operator of this shop"

// signIn enters a key on the page that asks for one.
func (tab *tab) signIn(key string) {
	tab.t.Helper()
	tab.write("#key", key)
	tab.press(`form[action="/admin/session"] button`)
}

// isRun is a day of the shop's operator: products, orders, and out again.
func isRun(tab *tab) {
	tab.open("/admin/orders")
	tab.see("h1", "Admin")
	tab.picture("/admin sign-in")
	tab.signIn("not the key")
	tab.see("main", "That is not the admin key.")
	tab.signIn(adminKey)
	tab.see("main", "Overview", "No product is low: there are 10 or more of each.")
	tab.picture("/admin")

	tab.open("/admin/products")
	tab.write("#name", "Trackball")
	tab.write("#price", "49.9.9")
	tab.press(`form[action="/admin/products"][method="post"] button`)
	tab.see("aside", "Please enter an amount such as 19.99.")
	tab.picture("/admin/products")
	tab.clear("#price")
	tab.write("#price", "49.99")
	tab.press(`form[action="/admin/products"][method="post"] button`)
	tab.see("main", "Trackball is on sale.", "0 in stock")

	tab.write("#change", "-3")
	tab.press(`form[action$="/stock"] button`)
	tab.see("main", "The stock is as it was.", "0 in stock")
	tab.write("#change", "+7")
	tab.press(`form[action$="/stock"] button`)
	tab.see("main", "7 in stock now.")
	tab.clear("#price")
	tab.write("#price", "39.99")
	tab.press(`section[aria-labelledby="edit-title"] button`)
	tab.see("#notice", "Saved.")
	tab.picture("/admin/products/6")
	tab.open("/admin")
	tab.see("main", "Trackball", "7 left")
	tab.open("/")
	tab.see("#results", "Trackball", "$39.99", "Only 7 left")

	tab.press("#add-6")
	tab.see("#cart", "Total $39.99")
	endsSale(tab)
	tab.open("/checkout")
	tab.write("#customer", "Ada Lovelace")
	tab.press(`form[action="/checkout"] button`)
	tab.see("main", "Order 4", "Confirmed")
	tab.open("/admin/orders?status=confirmed")
	tab.see(".orders li:first-child", "Order 4", "Ada Lovelace")
	tab.picture("/admin/orders")
	tab.press(".orders li:first-child a")
	tab.see("h1", "Order 4")
	tab.picture("/admin/orders/4")
	for _, step := range []struct{ button, says string }{
		{"processing", "Processing"}, {"shipped", "Shipped"}, {"delivered", "Delivered"},
	} {
		tab.press(`button[value="` + step.button + `"]`)
		tab.see(".title .status", step.says)
	}
	if offered := ask[int](tab, `document.querySelectorAll('main button[name="to"]').length`); offered != 0 {
		tab.t.Errorf("%d things can be done with an order that was delivered", offered)
	}

	tab.open("/admin/orders")
	tab.write("#q", "Ada Lovelace")
	tab.press(".search button")
	tab.see(".orders", "Order 4")
	tab.seeNo("main", "Jane Smith")
	tab.see(".orders", "Ada Lovelace")
	tab.picture("/admin/orders of a customer")
	tab.clear("#q")
	tab.write("#q", "#4")
	tab.press(".search button")
	tab.see("h1", "Order 4")
	tab.press("details summary")
	tab.see("details", "It cannot be undone.")
	tab.picture("/admin/orders/4 to erase")
	tab.press("details form button")
	tab.see("main", "1 order was erased.", "For Erased")
	tab.seeNo("main", "Ada Lovelace")

	tab.open("/admin/audit")
	tab.see("main", "erase a customer", "1 orders erased, 0 left", "move order 4", "delivered", "with the key")
	tab.seeNo("main", "Ada Lovelace")
	tab.picture("/admin/audit")
	tab.isFine("the audit log of orders")
	tab.press(`nav[aria-label="What was changed"] a[href$="products"]`)
	tab.see("main", "create product 6", "+7, 7 in stock", "out of sale", "on sale again", "price 39.99, was 49.99")
	tab.press(`main a[href="/admin/products/6"]`)
	tab.see("h1", "Trackball")

	tab.press(`form[action="/admin/session/end"] button`)
	tab.see("main", "Admin key")
	tab.open("/admin/orders/4")
	tab.see("main", "Admin key")
	tab.seeNo("main", "Ada Lovelace")
}

// endsSale takes a product that somebody has in the cart out of sale, and puts it back.
func endsSale(tab *tab) {
	tab.open("/admin/products/6")
	tab.see("main", "On sale")
	tab.press(`form[action$="/sale"] button`)
	tab.see("#notice", "Out of sale.")
	tab.see("main", "Nobody can order it.", "7 in stock")
	tab.picture("/admin/products/6 out of sale")
	tab.isFine("a product out of sale, for its owner")
	tab.open("/admin/products")
	tab.see("main", "Trackball", "Out of sale · 7")
	tab.isFine("products out of sale, for their owner")
	tab.open("/")
	tab.seeNo("#results", "Trackball")
	tab.see("#cart", "Trackball", "No longer sold")
	tab.isFine("a cart with what is not sold any more")
	tab.open("/products/6")
	tab.see("main", "Trackball", "No longer sold", "This product is not sold any more. Orders that were placed before are still fulfilled.")
	tab.seeNo("main", "Add to cart")
	tab.seeNo("main", "in stock")
	tab.picture("/products/6 out of sale")
	tab.isFine("a product that is not sold any more")
	tab.open("/checkout")
	tab.see("main", "No longer sold")
	tab.isFine("a checkout with what is not sold any more")
	tab.open("/admin/products/6")
	tab.press(`form[action$="/sale"] button`)
	tab.see("#notice", "On sale again.")
	tab.open("/")
	tab.see("#results", "Trackball", "Only 7 left")
}

// isFine holds a page against what everybody must be able to use, and against the width of the device.
func (tab *tab) isFine(page string) {
	tab.t.Helper()
	if wide := ask[int](tab, "document.documentElement.scrollWidth"); int64(wide) > tab.device.width {
		tab.t.Errorf("%s is %d wide on a %s of %d", page, wide, tab.device.name, tab.device.width)
	}
	if !tab.device.noScript {
		tab.mustPass(mustFetchAxe(tab.t), page)
	}
}

// sendsAgain is what an operator does with events that a webhook's receiver wanted no more of.
func sendsAgain(t *testing.T, browser context.Context, built binaries, d device) {
	var back atomic.Bool
	var accepted atomic.Int64
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !back.Load() {
			w.WriteHeader(http.StatusGone)
			return
		}
		accepted.Add(1)
	}))
	t.Cleanup(receiver.Close)
	s := built.mustRunWith(t, map[string]string{
		contract.EnvWebhooks: "books=" + receiver.URL, contract.EnvWebhookKeys: "books=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
	})
	tab := mustOpenTab(t, browser, s.frontend.URL, d)
	for _, product := range []string{"1", "2"} {
		tab.open("/")
		tab.press("#add-" + product)
		tab.see("#cart", "Total")
		tab.open("/checkout")
		tab.write("#customer", "Ada Lovelace")
		tab.press(`form[action="/checkout"] button`)
		tab.see("main", "Confirmed")
	}
	awaitDead(t, s.orderAPI.URL, 4)
	tab.open("/admin")
	tab.signIn(adminKey)
	tab.see("main", "Overview", "4 events are not sent any more")
	tab.picture("/admin with dead letters")
	tab.open("/admin/events")
	tab.see("main", "books", "0 pending. 4 not sent any more.", "Order 4", "Pending", "Confirmed", "The receiver's last answer: answered 410 Gone")
	if wide := ask[int](tab, "document.documentElement.scrollWidth"); int64(wide) > d.width {
		t.Errorf("/admin/events is %d wide on a %s of %d", wide, d.name, d.width)
	}
	tab.picture("/admin/events")
	if !d.noScript {
		tab.mustPass(mustFetchAxe(t), "events that are not sent any more")
	}
	back.Store(true)
	tab.press(`li.letter:first-child button[value="replay"]`)
	tab.see("main", "2 events will be sent again.")
	tab.press(`li.letter:first-child button[value="discard"]`)
	tab.see("main", "2 events discarded.", "0 not sent any more")
	tab.open("/admin")
	tab.seeNo("main", "not sent any more")
	if got := accepted.Load(); got > 2 {
		t.Errorf("%d events were accepted, want those of one order only", got)
	}
}

// awaitDead waits until order-api has given so many events up.
func awaitDead(t *testing.T, url string, want int) {
	t.Helper()
	for begun := time.Now(); time.Since(begun) < patience; time.Sleep(20 * time.Millisecond) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/api/orders/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-API-Key", adminKey)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		var events struct {
			DeadLetters []json.RawMessage `json:"dead_letters"`
		}
		err = json.NewDecoder(response.Body).Decode(&events)
		response.Body.Close() //nolint:errcheck // it was read to its end
		if err != nil {
			t.Fatal(err)
		}
		if len(events.DeadLetters) == want {
			return
		}
	}
	t.Fatalf("there are no %d dead letters", want)
}
