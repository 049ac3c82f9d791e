package browsertest_test

import (
	"context"
	"maps"
	"path/filepath"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/servicetest"
)

// binaries are the three services as they are shipped.
type binaries struct{ productAPI, orderAPI, frontend string }

// services are the three of them, running.
type services struct{ productAPI, orderAPI, frontend *servicetest.Process }

func (b binaries) mustRun(t *testing.T) services {
	t.Helper()
	return b.mustRunWith(t, nil)
}

// mustRunWith runs them with more variables of order-api.
func (b binaries) mustRunWith(t *testing.T, more map[string]string) services {
	t.Helper()
	dir := t.TempDir()
	store := func(name string) string { return "sqlite://" + filepath.Join(dir, name) }
	const reservationKey = "a key that both of the APIs know"
	var s services
	s.productAPI = servicetest.Start(t, b.productAPI, map[string]string{
		contract.EnvDatabaseURL: store("products.db"), contract.EnvReservationKey: reservationKey,
		contract.EnvAdminAPIKey: adminKey,
	}).AwaitReady()
	env := map[string]string{
		contract.EnvDatabaseURL: store("orders.db"), contract.EnvReservationKey: reservationKey,
		contract.EnvProductAPIURL: s.productAPI.URL, contract.EnvOpenOrders: "true", contract.EnvAdminAPIKey: adminKey,
	}
	maps.Copy(env, more)
	s.orderAPI = servicetest.Start(t, b.orderAPI, env).AwaitReady()
	s.frontend = servicetest.Start(t, b.frontend, map[string]string{
		contract.EnvProductAPIURL: s.productAPI.URL, contract.EnvOrderAPIURL: s.orderAPI.URL,
		contract.EnvSessionKey: "a key for tests that is long enough",
	}).AwaitReady()
	return s
}

// TestShop is one browser before many shops: each part has services, stores and cookies of its own.
func TestShop(t *testing.T) {
	t.Parallel()
	browser := mustLaunch(t)
	built := binaries{
		productAPI: servicetest.Build(t, contract.ProductAPI),
		orderAPI:   servicetest.Build(t, contract.OrderAPI),
		frontend:   servicetest.Build(t, contract.Frontend),
	}
	for _, d := range []device{desktop, plain, phone} {
		t.Run("sells on a "+d.name, func(t *testing.T) {
			sells(mustOpenTab(t, browser, built.mustRun(t).frontend.URL, d))
		})
	}
	t.Run("fits every width", func(t *testing.T) { fits(t, browser, built.mustRun(t)) })
	t.Run("changes in place with JavaScript", func(t *testing.T) {
		changesInPlace(mustOpenTab(t, browser, built.mustRun(t).frontend.URL, desktop))
	})
	t.Run("works by keyboard alone", func(t *testing.T) {
		worksByKeyboard(mustOpenTab(t, browser, built.mustRun(t).frontend.URL, desktop))
	})
	for _, d := range []device{desktop, plain, phone} {
		t.Run("is run on a "+d.name, func(t *testing.T) { isRun(mustOpenTab(t, browser, built.mustRun(t).frontend.URL, d)) })
	}
	for _, d := range []device{desktop, plain, phone} {
		t.Run("sends events again on a "+d.name, func(t *testing.T) { sendsAgain(t, browser, built, d) })
	}
	t.Run("lives without product-api", func(t *testing.T) { livesWithoutProducts(t, browser, built.mustRun(t)) })
	t.Run("is accessible", func(t *testing.T) { isAccessible(t, browser, built) })
}

// sells is a visit from search to the finished order.
func sells(tab *tab) {
	tab.open("/")
	tab.see("#results", "Laptop", "$999.99", "Headphones")
	tab.write("#q", "oNiT")
	tab.press(".search button")
	tab.seeNo("#results", "Laptop")
	tab.see("#results", "Monitor")
	tab.press("#add-4")
	tab.see("#cart", "Monitor", "Total $299.99")
	if loaded := ask[string](tab, "location.hash") == "#product-4"; loaded != tab.device.noScript {
		tab.t.Errorf("the page was loaded again: %t, want so without JavaScript only", loaded)
	}

	tab.open("/")
	tab.press("#add-2")
	tab.see("#cart", "Total $329.98")
	tab.press("#more-2")
	tab.see("#cart", "Total $359.97")
	tab.see("#cart-link", "3")
	tab.press("#less-2")
	tab.see("#cart", "Total $329.98")
	tab.press("#remove-4")
	tab.see("#cart", "Total $29.99")

	tab.press(`#cart a[href="/checkout"]`)
	tab.see("main", "Mouse × 1", "Total $29.99")
	tab.write("#customer", "Ada Lovelace")
	tab.press(`form[action="/checkout"] button`)
	tab.see("main", "Order 4", "Confirmed", "For Ada Lovelace", "Mouse × 1", "Total $29.99",
		"History", "Placed", "UTC")
	tab.see("#cart-link", "0")

	tab.open("/orders")
	tab.see(".orders li:first-child", "Order 4", "Ada Lovelace", "Confirmed", "$29.99")
	tab.see(".counts", "Orders 4", "In progress 2", "Shipped 1", "Delivered 1")
	if icons := ask[int](tab, `document.querySelectorAll(".order .status-icon svg").length`); icons != 4 {
		tab.t.Errorf("%d status icons for 4 orders", icons)
	}
	tab.open("/")
	tab.see("#product-2", "199 in stock")
}

// hidden lists what does not fit its box, apart from what is for those who listen, and what people write in.
const hidden = `[...document.querySelectorAll("body *:not(input)")]
	.filter((e) => getComputedStyle(e).overflowX !== "visible" && e.clientWidth > 1 && e.scrollWidth > e.clientWidth)
	.map((e) => e.tagName + "." + e.className).join(", ")`

// fits goes through the pages at several widths: none may have to be moved sideways, and nothing may be cut off.
func fits(t *testing.T, browser context.Context, s services) {
	for _, d := range []device{desktop, night, phone, darkPhone} {
		tab := mustOpenTab(t, browser, s.frontend.URL, d)
		tab.open("/")
		tab.press("#add-1")
		tab.see("#cart", "Total $999.99")
		for _, path := range []string{"/", "/products/1", "/checkout", "/orders", "/orders/1", "/nothing"} {
			tab.open(path)
			if wide := ask[int](tab, "document.documentElement.scrollWidth"); int64(wide) > d.width {
				t.Errorf("%s is %d wide on a %s of %d", path, wide, d.name, d.width)
			}
			if cut := ask[string](tab, hidden); cut != "" {
				t.Errorf("%s on a %s cuts off what is in %s", path, d.name, cut)
			}
			tab.picture(path)
		}
	}
}

// changesInPlace is what JavaScript adds: the page stays, and so does the focus.
func changesInPlace(tab *tab) {
	tab.open("/")
	ask[bool](tab, "window.stayed = true")
	tab.press("#add-1")
	tab.see("#notice", "Laptop: 1 in your cart.")
	tab.press("#more-1")
	tab.see("#cart", "Total $1999.98")
	if focus := ask[string](tab, "document.activeElement.id"); focus != "more-1" {
		tab.t.Errorf("the focus is on %q after pressing +, want more-1", focus)
	}
	tab.press("#remove-1")
	tab.see("#cart", "Your cart is empty.")
	if focus := ask[string](tab, "document.activeElement.id"); focus != "cart-title" {
		tab.t.Errorf("the focus is on %q after removing the line, want cart-title", focus)
	}
	tab.write("#q", "mou")
	tab.seeNo("#results", "Laptop")
	tab.see("#results", "Mouse")
	if !ask[bool](tab, `window.stayed === true && location.search === "?q=mou"`) {
		tab.t.Error("the page was loaded again, or its address does not say what it shows")
	}
}

// livesWithoutProducts kills product-api under a visitor.
func livesWithoutProducts(t *testing.T, browser context.Context, s services) {
	for _, d := range []device{desktop, plain} {
		tab := mustOpenTab(t, browser, s.frontend.URL, d)
		tab.open("/")
		if d == desktop {
			tab.press("#add-2")
			tab.see("#cart", "Total $29.99")
			s.productAPI.Kill()
			tab.press("#add-1")
			tab.see("#notice", "Products are unavailable right now")
			tab.see("#cart", "Mouse", "Total $29.99")
			tab.press(`#cart a[href="/checkout"]`)
			tab.write("#customer", "Grace Hopper")
			tab.press(`form[action="/checkout"] button`)
			tab.see("main", "Order 4", "Pending", "Check again")
		}
		tab.open("/")
		tab.see("#results", "Products are unavailable right now.")
		tab.open("/orders")
		tab.see("main", "John Doe", "Delivered 1")
	}
}
