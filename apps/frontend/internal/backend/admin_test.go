package backend_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/techcommerce/platform/apps/frontend/internal/backend"
)

// TestOwnerSeesProductsOfAnOlderRelease: a product-api that knows no end of a sale refuses to be asked for it.
func TestOwnerSeesProductsOfAnOlderRelease(t *testing.T) {
	t.Parallel()
	asked := 0
	older := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.Header.Get("Authorization") != "Bearer key" {
			t.Errorf("asked with the key %q", r.Header.Get("Authorization"))
		}
		var answer any = map[string]any{"products": []map[string]any{{"id": 1, "name": "Laptop", "price": 9.99, "stock": 3}}, "count": 1}
		if r.URL.Query().Has("withdrawn") {
			w.WriteHeader(http.StatusBadRequest)
			answer = map[string]any{"error": "Invalid fields", "fields": map[string]string{"withdrawn": "is not a known parameter"}}
		}
		_ = json.NewEncoder(w).Encode(answer) // the test sees what arrived
	}))
	defer older.Close()
	client, err := backend.NewClient(backend.Endpoint{URL: older.URL, Transport: http.DefaultTransport}, backend.Endpoint{})
	if err != nil {
		t.Fatal(err)
	}
	found, err := client.Admin("key", "192.0.2.1").Products(t.Context(), "", backend.Span{Limit: 10})
	if err != nil || len(found.Items) != 1 || found.Items[0].Name != "Laptop" || asked != 2 {
		t.Errorf("after %d questions: %+v, %v, want the laptop after two", asked, found, err)
	}
}
