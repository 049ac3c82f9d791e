package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/header"
	"github.com/techcommerce/platform/apps/order-api/order"
)

// FuzzDraft feeds anything to the reader of orders: what it lets through obeys every bound, and what it does not is
// the client's fault, by name.
func FuzzDraft(f *testing.F) {
	for _, body := range []string{
		`{"customer":"Ann","items":[{"product_id":1,"quantity":1},{"product_id":"2","quantity":2}]}`,
		`{"product_id":"1","quantity":2}`, `{"product_id":1,"quantity":0}`, `{"customer":"","total":-1,"status":"banana"}`,
		`{"items":[{"product_id":1,"quantity":1},{"product_id":"1","quantity":1}],"customer":"x"}`, `"customer items"`,
		`{"product_id":99999999999999999999,"quantity":1e400}`, "{\"customer\":\"\xff\"}", strings.Repeat("[", 1000),
		`{"product_id":1,"quantity":1,"items":[]}`, `null`, `{"customer":null,"items":null}`,
	} {
		f.Add([]byte(body), "a-key")
	}
	f.Add([]byte(`{"product_id":1,"quantity":1}`), "a key")
	f.Fuzz(func(t *testing.T, body []byte, key string) {
		request := httptest.NewRequest(http.MethodPost, "/api/orders", bytes.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		request.Header[header.IdempotencyKey] = []string{key}
		draft, err := readDraft(request)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("readDraft(%q) = %v, want an invalid fault", body, err)
			}
			return
		}
		if draft.Customer == "" || len(draft.Items) < 1 || len(draft.Items) > order.MaxItems || len(key) > order.MaxKey {
			t.Errorf("%q with key %q passed as %+v", body, key, draft)
		}
		seen := map[int64]bool{}
		for _, item := range draft.Items {
			if item.ProductID < 1 || item.Quantity < 1 || item.Quantity > order.MaxQuantity || seen[item.ProductID] {
				t.Errorf("%q passed with the item %+v", body, item)
			}
			seen[item.ProductID] = true
		}
	})
}
