package contract_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/servicetest"
)

const (
	adminKey       = "the-admin-key"
	reservationKey = "the-reservation-key"
)

// shop is both APIs, running.
type shop struct {
	products, orders             *servicetest.Process
	productsClient, ordersClient *http.Client
}

func mustShop(t *testing.T) *shop {
	t.Helper()
	dir := t.TempDir()
	s := &shop{
		productsClient: mustConform(t, contract.ProductAPI),
		ordersClient:   mustConform(t, contract.OrderAPI),
	}
	env := map[string]string{
		contract.EnvAdminAPIKey: adminKey, contract.EnvReservationKey: reservationKey, contract.EnvVersion: "1.2.3",
		contract.EnvDatabaseURL: "sqlite://" + filepath.Join(dir, "products.db"),
	}
	s.products = servicetest.Start(t, servicetest.Build(t, contract.ProductAPI), env).AwaitReady()
	env[contract.EnvDatabaseURL] = "sqlite://" + filepath.Join(dir, "orders.db")
	env[contract.EnvProductAPIURL] = s.products.URL
	s.orders = servicetest.Start(t, servicetest.Build(t, contract.OrderAPI), env).AwaitReady()
	return s
}

// row is one promise: what is sent, and what must come back.
type row struct {
	name    string
	service string // products or orders
	method  string // GET unless it says otherwise
	path    string
	body    string
	header  map[string]string
	status  int
	// want is the answer's JSON, or part of it: what it does not name may be anything.
	want string
	// headers must be in the answer; "*" stands for any value.
	headers map[string]string
}

// TestContract is every row of the HTTP contract against the binaries. Rows run in order and build on each other.
func TestContract(t *testing.T) {
	t.Parallel()
	s := mustShop(t)
	for _, rows := range [][]row{probeRows(), productRows(), adminRows(), orderRows(), replayRows(), badRows()} {
		for _, r := range rows {
			t.Run(r.name, func(t *testing.T) { s.check(t, r) })
		}
	}
	t.Run("metrics are on their own port only", s.checkMetrics)
	t.Run("nothing personal is logged", s.checkLog)
}

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
			headers: map[string]string{"Idempotency-Replayed": "true", "Location": "/api/orders/8"}},
		{name: "refuses another order under the key", service: "orders", method: "POST", path: "/api/orders",
			header: key, body: `{"product_id":3,"quantity":1}`, status: 422,
			want: `{"error":"Idempotency-Key was used for another order"}`},
		{name: "sold it once", path: "/api/products/3", status: 200, want: `{"stock":149}`},
		{name: "refuses a key that is none", service: "orders", method: "POST", path: "/api/orders", body: body,
			header: map[string]string{"Idempotency-Key": "a key"}, status: 400},
		{name: "does not cancel for anybody", service: "orders", method: "POST", path: "/api/orders/8/cancel", status: 401},
		{name: "cancels for who has the key", service: "orders", method: "POST", path: "/api/orders/8/cancel",
			header: key, status: 200, want: `{"id":8,"status":"cancelled"}`},
		{name: "cancels once", service: "orders", method: "POST", path: "/api/orders/8/cancel", header: key,
			status: 200, want: `{"id":8,"status":"cancelled"}`},
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

func (s *shop) check(t *testing.T, r row) {
	t.Helper()
	base, client := s.products.URL, s.productsClient
	if r.service == "orders" {
		base, client = s.orders.URL, s.ordersClient
	}
	method := r.method
	if method == "" {
		method = http.MethodGet
	}
	request, err := http.NewRequest(method, base+r.path, strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	if r.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range r.header {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != r.status {
		t.Errorf("%s %s = %d %s, want %d", method, r.path, response.StatusCode, body, r.status)
	}
	for name, want := range r.headers {
		if got := response.Header.Get(name); got != want && (want != "*" || got == "") {
			t.Errorf("%s %s: header %s = %q, want %q", method, r.path, name, got, want)
		}
	}
	if r.want != "" {
		if problem := lacks(mustJSON(t, body), mustJSON(t, []byte(r.want)), ""); problem != "" {
			t.Errorf("%s %s = %s: %s", method, r.path, body, problem)
		}
	}
}

// lacks says what of want is not in got: objects may hold more, everything else must be equal.
func lacks(got, want any, path string) string {
	switch want := want.(type) {
	case map[string]any:
		have, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s is no object", path)
		}
		for name, value := range want {
			if problem := lacks(have[name], value, path+"."+name); problem != "" {
				return problem
			}
		}
		return ""
	case []any:
		have, ok := got.([]any)
		if !ok || len(have) != len(want) {
			return fmt.Sprintf("%s has not %d entries", path, len(want))
		}
		for i := range want {
			if problem := lacks(have[i], want[i], fmt.Sprintf("%s[%d]", path, i)); problem != "" {
				return problem
			}
		}
		return ""
	}
	if !cmp.Equal(got, want) {
		return fmt.Sprintf("%s is %v, want %v", path, got, want)
	}
	return ""
}

// mustJSON decodes with numbers as they are written, so that 4.9 is not 4.90.
func mustJSON(t *testing.T, text []byte) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return value
}
