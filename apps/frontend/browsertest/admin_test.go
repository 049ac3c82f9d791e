package browsertest_test

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
	tab.see("main", "Overview", "Of every product there are 10 or more.")
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

	tab.press(`form[action="/admin/session/end"] button`)
	tab.see("main", "Admin key")
	tab.open("/admin/orders/4")
	tab.see("main", "Admin key")
	tab.seeNo("main", "Ada Lovelace")
}
