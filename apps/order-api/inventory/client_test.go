package inventory_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/internal/dial/dialtest"
	"github.com/techcommerce/platform/apps/order-api/inventory"
	"github.com/techcommerce/platform/apps/order-api/order"
)

// A pod of order-api that has just begun may not be known to the network policies before product-api for a while.
func TestReachesAProductAPIThatDoesNotHearAtFirst(t *testing.T) {
	t.Parallel()
	productAPI := dialtest.Serve(t, 4*time.Second, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"items":[{"product_id":1,"name":"Laptop","price":999.99,"quantity":1}]}`) // read below
	}))
	client := inventory.New(productAPI, "key", func(way http.RoundTripper) http.RoundTripper { return way })
	items, err := client.Reserve(t.Context(), "r", []order.Item{{ProductID: 1, Quantity: 1}})
	if err != nil || len(items) != 1 || items[0].Price != 99999 {
		t.Errorf("Reserve = %+v, %v, want the laptop once product-api hears", items, err)
	}
}
