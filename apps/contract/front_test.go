package contract_test

// frontRows are what the shop's one address answers: its page, and the old README's short forms passed on to the APIs.
func frontRows() []row {
	front := func(name, path, want string) row {
		return row{name: "the frontend " + name, service: "frontend", path: path, status: 200, want: want}
	}
	return []row{
		front("is healthy", "/health", `{"status":"healthy","service":"frontend"}`),
		front("is ready", "/ready", `{"status":"ready","service":"frontend"}`),
		{name: "the frontend has a page", service: "frontend", path: "/", status: 200,
			headers: map[string]string{"Content-Type": "text/html; charset=utf-8"}},
		front("passes on products", "/api/products/2", `{"id":2,"name":"Mouse","price":29.99}`),
		front("passes on products, short form", "/products", `{"products":[{"id":1},{"id":2},{"id":3},{"id":4},{"id":5},{"id":6},{"id":7}]}`),
		front("passes on orders", "/api/orders/1", `{"id":1,"customer":"John Doe","total":1299.98}`),
		front("passes on orders, short form", "/orders?limit=1", `{"count":1,"orders":[{"id":9}]}`),
		{name: "the frontend takes an order", service: "frontend", method: "POST", path: "/orders", status: 201,
			body: `{"product_id":"5","quantity":1}`, want: `{"customer":"Guest","total":149.99,"status":"confirmed"}`,
			headers: map[string]string{"Location": "*"}},
		{name: "the frontend passes on what is refused", service: "frontend", method: "POST", path: "/api/orders",
			body: `{"product_id":77,"quantity":1}`, status: 422, want: `{"error":"Unknown product"}`},
		{name: "the frontend passes on that a key is needed", service: "frontend", method: "POST", path: "/api/products",
			body: `{"name":"x","price":1}`, status: 401},
		{name: "the frontend passes on a restock", service: "frontend", method: "POST", path: "/api/products/1/stock",
			body: `{"change":1}`, status: 401},
		{name: "the frontend knows no other path", service: "frontend", path: "/api/nothing", status: 404,
			want: `{"error":"Not found"}`},
	}
}

// lonelyRows are the same addresses while product-api is not there.
func lonelyRows() []row {
	later := map[string]string{"Retry-After": "*"}
	return []row{
		{name: "without product-api, the page stays", service: "frontend", path: "/", status: 200,
			headers: map[string]string{"Content-Type": "text/html; charset=utf-8"}},
		{name: "without product-api, its routes say so", service: "frontend", path: "/products", status: 503,
			want: `{"error":"Product API is unavailable"}`, headers: later},
		{name: "without product-api, no order is taken", service: "orders", method: "POST", path: "/api/orders", status: 503,
			body: `{"product_id":1,"quantity":1}`, want: `{"error":"Products cannot be reached now"}`, headers: later},
		{name: "without product-api, that order is not half there", service: "orders", path: "/api/orders?limit=1",
			status: 200, want: `{"orders":[{"status":"rejected"}]}`},
		{name: "without product-api, orders can be read", service: "frontend", path: "/api/orders/1", status: 200,
			want: `{"id":1}`},
		{name: "without product-api, order-api is ready", service: "orders", path: "/ready", status: 200},
	}
}
