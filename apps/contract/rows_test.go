package contract_test

import "github.com/techcommerce/platform/apps/contract"

func probeRows() []row {
	return []row{
		{name: "product-api is healthy", path: "/health", status: 200,
			want: `{"status":"healthy","service":"product-api"}`},
		{name: "order-api is healthy", service: "orders", path: "/health", status: 200,
			want: `{"status":"healthy","service":"order-api"}`},
		{name: "product-api is ready", path: "/ready", status: 200,
			want: `{"status":"ready","service":"product-api"}`},
		{name: "order-api is ready", service: "orders", path: "/ready", status: 200,
			want: `{"status":"ready","service":"order-api"}`},
		{name: "product-api says what it is", path: "/", status: 200,
			want: `{"message":"Product API","version":"1.2.3"}`},
		{name: "order-api says what it is", service: "orders", path: "/", status: 200,
			want: `{"message":"Order API","version":"1.2.3"}`},
		{name: "product-api describes itself", path: "/openapi.yaml", status: 200,
			headers: map[string]string{"Content-Type": "application/yaml"}},
		{name: "order-api describes itself", service: "orders", path: "/openapi.yaml", status: 200,
			headers: map[string]string{"Content-Type": "application/yaml"}},
	}
}

func productRows() []row {
	const first = `{"count":5,"products":[
		{"id":1,"name":"Laptop","price":999.99,"stock":50},{"id":2,"name":"Mouse","price":29.99,"stock":200},
		{"id":3,"name":"Keyboard","price":79.99,"stock":150},{"id":4,"name":"Monitor","price":299.99,"stock":75},
		{"id":5,"name":"Headphones","price":149.99,"stock":100}]}`
	return []row{
		{name: "lists the first products", path: "/api/products", status: 200, want: first,
			headers: map[string]string{"ETag": "*", "X-Total-Count": "5", "Content-Type": "application/json"}},
		{name: "lists them without /api too", path: "/products", status: 200, want: first},
		{name: "searches", path: "/api/products?q=mO&limit=1&offset=1", status: 200,
			want: `{"count":1,"products":[{"id":4}]}`, headers: map[string]string{"X-Total-Count": "2"}},
		{name: "refuses a malformed page", path: "/api/products?limit=0&offset=-1&x=1", status: 400,
			want: `{"error":"Invalid fields","fields":{"limit":"must be a whole number from 1 to 1000",
				"offset":"must be a whole number from 0 to 1000000000","x":"is not a known parameter"}}`},
		{name: "finds a product", path: "/api/products/2", status: 200,
			want: `{"id":2,"name":"Mouse","price":29.99,"stock":200}`, headers: map[string]string{"ETag": `"2-1"`}},
		{name: "finds a product without /api too", path: "/products/2", status: 200, want: `{"id":2}`},
		{name: "answers 304 to who has it", path: "/api/products/2", status: 304,
			header: map[string]string{"If-None-Match": `"x", "2-1"`}},
		{name: "does not find a product", path: "/api/products/99", status: 404, want: `{"error":"Product not found"}`},
		{name: "does not find an id that overflows", path: "/api/products/99999999999999999999", status: 404,
			want: `{"error":"Product not found"}`},
		{name: "does not find an id that is none", path: "/api/products/x", status: 404,
			want: `{"error":"Product not found"}`},
		{name: "does not find a path", path: "/api/nothing", status: 404, want: `{"error":"Not found"}`},
		{name: "does not clean a path", path: "//api/products", status: 404, want: `{"error":"Not found"}`},
		{name: "refuses a method", method: "DELETE", path: "/api/products/1", status: 405,
			want: `{"error":"Method not allowed"}`, headers: map[string]string{"Allow": "GET"}},
	}
}

func adminRows() []row {
	key := map[string]string{"X-API-Key": adminKey}
	return []row{
		{name: "creates for the admin only", method: "POST", path: "/api/products",
			body: `{"name":"Cable","price":4.99}`, status: 401, want: `{"error":"A valid API key is required"}`},
		{name: "creates with stock 0", method: "POST", path: "/api/products", header: key,
			body: `{"name":"Cable","price":4.9}`, status: 201,
			want:    `{"id":6,"name":"Cable","price":4.90,"stock":0}`,
			headers: map[string]string{"Location": "/api/products/6"}},
		{name: "names each missing field", method: "POST", path: "/api/products", header: key, body: `{}`, status: 400,
			want: `{"error":"Missing required fields","fields":{"name":"is required","price":"is required"}}`},
		{name: "names each bad field", method: "POST", path: "/api/products", header: key, status: 400,
			body: `{"name":"","price":"free","stock":-5}`, want: `{"error":"Invalid fields","fields":{
				"name":"must not be empty","price":"must be a number",
				"stock":"must be a whole number from 0 to 1000000000"}}`},
		{name: "changes a product", method: "PATCH", path: "/api/products/6", body: `{"stock":3}`, status: 200,
			header: map[string]string{"Authorization": "Bearer " + adminKey, "If-Match": `"6-1"`},
			want:   `{"id":6,"name":"Cable","price":4.90,"stock":3}`},
		{name: "does not change what has changed since", method: "PATCH", path: "/api/products/6", status: 412,
			body: `{"stock":9}`, header: map[string]string{"X-API-Key": adminKey, "If-Match": `"6-1"`},
			want: `{"error":"The product has changed since"}`},
		{name: "does not change a product that is not there", method: "PATCH", path: "/api/products/99", header: key,
			body: `{"stock":9}`, status: 404, want: `{"error":"Product not found"}`},
		{name: "reserves for order-api only", method: "PUT", path: contract.ReservationsPath + "/x", status: 401,
			body: `{"items":[{"product_id":1,"quantity":1}]}`, header: key},
	}
}

func orderRows() []row {
	old := `{"count":3,"orders":[
		{"id":3,"customer":"Bob Johnson","total":599.97,"status":"shipped","date":"2024-10-08"},
		{"id":2,"customer":"Jane Smith","total":79.99,"status":"processing","date":"2024-10-10"},
		{"id":1,"customer":"John Doe","total":1299.98,"status":"delivered","date":"2024-10-01"}]}`
	return []row{
		{name: "lists the old orders", service: "orders", path: "/api/orders", status: 200, want: old},
		{name: "lists orders without /api too", service: "orders", path: "/orders", status: 200, want: old},
		{name: "filters orders", service: "orders", path: "/api/orders?status=shipped&customer=Bob%20Johnson",
			status: 200, want: `{"count":1,"orders":[{"id":3}]}`},
		{name: "refuses an unknown status", service: "orders", path: "/api/orders?status=banana", status: 400,
			want: `{"error":"Invalid fields"}`},
		{name: "finds an order", service: "orders", path: "/api/orders/1", status: 200,
			want: `{"id":1,"customer":"John Doe","total":1299.98,"status":"delivered"}`},
		{name: "does not find an order", service: "orders", path: "/api/orders/99", status: 404,
			want: `{"error":"Order not found"}`},
		{name: "places an order", service: "orders", method: "POST", path: "/api/orders",
			body: `{"customer":"Ann","items":[{"product_id":1,"quantity":2},{"product_id":"2","quantity":1}]}`, status: 201,
			want: `{"id":4,"customer":"Ann","total":2029.97,"status":"confirmed","items":[
				{"product_id":1,"name":"Laptop","price":999.99,"quantity":2},
				{"product_id":2,"name":"Mouse","price":29.99,"quantity":1}]}`,
			headers: map[string]string{"Location": "/api/orders/4"}},
		{name: "places an order in the short form", service: "orders", method: "POST", path: "/orders",
			body: `{"product_id":"1","quantity":2}`, status: 201,
			want: `{"id":5,"total":1999.98,"status":"confirmed"}`},
		{name: "took both from stock", path: "/api/products/1", status: 200, want: `{"id":1,"stock":46}`},
		{name: "does not sell what is not there", service: "orders", method: "POST", path: "/api/orders", status: 409,
			body: `{"customer":"Ann","items":[{"product_id":1,"quantity":47}]}`,
			want: `{"error":"Not enough stock","fields":{"items[0].quantity":"46 of Laptop left"}}`},
		{name: "does not sell an unknown product", service: "orders", method: "POST", path: "/api/orders", status: 422,
			body: `{"customer":"Ann","items":[{"product_id":77,"quantity":1}]}`,
			want: `{"error":"Unknown product","fields":{"items[0].product_id":"is not a product"}}`},
		{name: "does not charge what was not shown", service: "orders", method: "POST", path: "/api/orders", status: 409,
			body: `{"customer":"Ann","expected_total":29.98,"items":[{"product_id":2,"quantity":1}]}`,
			want: `{"error":"Prices have changed","details":{"total":29.99,
				"lines":[{"product_id":2,"name":"Mouse","price":29.99,"quantity":1}]}}`},
		{name: "computes the total itself", service: "orders", method: "POST", path: "/api/orders", status: 400,
			body: `{"customer":"Ann","total":1,"status":"x","items":[{"product_id":1,"quantity":1}]}`,
			want: `{"error":"Invalid fields","fields":{"total":"is computed by the server",
				"status":"is set by the server"}}`},
		{name: "names what an order lacks", service: "orders", method: "POST", path: "/api/orders", status: 400,
			body: `{}`, want: `{"error":"Missing required fields","fields":{"customer":"is required",
				"items":"is required"}}`},
	}
}

func replayRows() []row {
	key := map[string]string{"Idempotency-Key": "a-key"}
	const body = `{"customer":"Ann","items":[{"product_id":3,"quantity":1}]}`
	return []row{
		{name: "places an order under a key", service: "orders", method: "POST", path: "/api/orders", header: key,
			body: body, status: 201, want: `{"total":79.99,"status":"confirmed"}`},
		{name: "finds it again by the key", service: "orders", method: "POST", path: "/api/orders", header: key,
			body: ` ` + body, status: 200, want: `{"total":79.99,"status":"confirmed"}`,
			headers: map[string]string{"Idempotency-Replayed": "true", "Location": "/api/orders/9"}},
		{name: "refuses another order under the key", service: "orders", method: "POST", path: "/api/orders",
			header: key, body: `{"product_id":3,"quantity":1}`, status: 422,
			want: `{"error":"Idempotency-Key was used for another order"}`},
		{name: "sold it once", path: "/api/products/3", status: 200, want: `{"stock":149}`},
		{name: "refuses a key that is none", service: "orders", method: "POST", path: "/api/orders", body: body,
			header: map[string]string{"Idempotency-Key": "a key"}, status: 400},
		{name: "does not cancel for anybody", service: "orders", method: "POST", path: "/api/orders/9/cancel", status: 401},
		{name: "cancels for who has the key", service: "orders", method: "POST", path: "/api/orders/9/cancel",
			header: key, status: 200, want: `{"id":9,"status":"cancelled"}`},
		{name: "cancels once", service: "orders", method: "POST", path: "/api/orders/9/cancel", header: key,
			status: 200, want: `{"id":9,"status":"cancelled"}`},
		{name: "put it back", path: "/api/products/3", status: 200, want: `{"stock":150}`},
		{name: "moves an order on for the admin", service: "orders", method: "PATCH", path: "/api/orders/4", status: 200,
			header: map[string]string{"X-API-Key": adminKey}, body: `{"status":"processing"}`,
			want: `{"id":4,"status":"processing"}`},
		{name: "does not skip a status", service: "orders", method: "PATCH", path: "/api/orders/4", status: 409,
			header: map[string]string{"X-API-Key": adminKey}, body: `{"status":"delivered"}`,
			want: `{"error":"An order that is processing cannot become delivered"}`},
		{name: "does not cancel what is shipped", service: "orders", method: "POST", path: "/api/orders/3/cancel",
			header: map[string]string{"X-API-Key": adminKey}, status: 409},
		{name: "cancels an old order", service: "orders", method: "POST", path: "/api/orders/2/cancel", status: 200,
			header: map[string]string{"X-API-Key": adminKey}, want: `{"id":2,"status":"cancelled"}`},
		{name: "took nothing from stock for it", path: "/api/products/3", status: 200, want: `{"stock":150}`},
	}
}
