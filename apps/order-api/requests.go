package main

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"github.com/techcommerce/platform/apps/internal/apikey"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/header"
	"github.com/techcommerce/platform/apps/internal/rest"
	"github.com/techcommerce/platform/apps/order-api/order"
)

// guest is the customer of an order in the short form that names none.
const guest = "Guest"

// readDraft reads an order: {"customer", "items": [{"product_id", "quantity"}]}, or the short form
// {"product_id", "quantity"} for one product, whose customer is optional.
func readDraft(r *http.Request) (order.Draft, error) {
	var headers fault.Fields
	for _, name := range []string{header.IdempotencyKey, header.IdempotencyScope} {
		if text := r.Header.Get(name); !printable(text) || len(text) > order.MaxKey {
			headers.Add(name, "must have 1 to 255 visible ASCII characters")
		}
	}
	if err := headers.Err(); err != nil {
		return order.Draft{}, err
	}
	object, err := rest.ReadObject(r)
	if err != nil {
		return order.Draft{}, err
	}
	draft := order.Draft{Key: r.Header.Get(header.IdempotencyKey), Scope: scope(r), Owner: owner(r), Customer: guest}
	short := object.Has("product_id") || object.Has("quantity")
	if short {
		draft.Items = []order.Item{readItem(object)}
		object.Refuse("items", "cannot stand beside product_id and quantity")
	} else {
		draft.Items = readItems(object)
	}
	if !short || object.Has("customer") {
		draft.Customer = object.Text("customer", order.MaxCustomer)
	}
	if object.Has("expected_total") {
		expected := object.Cents("expected_total", 0, order.MaxTotal)
		draft.Expected = &expected
	}
	object.Refuse("total", "is computed by the server")
	object.Refuse("status", "is set by the server")
	object.Refuse("id", "is given by the server")
	object.Refuse("date", "is set by the server")
	return draft, object.Err()
}

func readItems(object rest.Object) []order.Item {
	var items []order.Item
	seen := map[int64]bool{}
	for _, part := range object.Objects("items", order.MaxItems) {
		part.Refuse("price", "is the product's")
		item := readItem(part)
		if item.ProductID != 0 && seen[item.ProductID] {
			part.Fields().Add(part.Path("product_id"), "is listed twice")
		}
		seen[item.ProductID] = true
		items = append(items, item)
	}
	return items
}

func readItem(object rest.Object) order.Item {
	return order.Item{
		ProductID: object.ID("product_id"),
		Quantity:  object.Int("quantity", 1, order.MaxQuantity),
	}
}

func readFilter(r *http.Request) (order.Filter, error) {
	var statuses []string
	for _, status := range order.Statuses() {
		statuses = append(statuses, string(status))
	}
	query := rest.ReadQuery(r)
	filter := order.Filter{
		Customer: query.Text("customer", order.MaxCustomer),
		Status:   order.Status(query.OneOf("status", statuses...)),
		Limit:    query.Int("limit", defaultLimit, 1, maxLimit),
		Offset:   query.Int("offset", 0, 0, maxOffset),
		Before:   int64(query.Int("before", 0, 1, maxID)),
		After:    int64(query.Int("after", 0, 1, maxID)),
		Counts:   query.Bool("counts"),
	}
	query.Alone("before", "after", "offset")
	return filter, query.Err()
}

// readMove reads where an order is to go. Only what operators do is theirs to say: the rest the flow decides.
func readMove(r *http.Request) (order.Status, error) {
	object, err := rest.ReadObject(r)
	if err != nil {
		return "", err
	}
	to := order.Status(object.Text("status", 20))
	if !slices.Contains([]order.Status{order.Processing, order.Shipped, order.Delivered}, to) {
		object.Fields().Add("status", "must be one of processing shipped delivered")
	}
	return to, object.Err()
}

// scope is whose keys the request's are: the caller's who names a scope, the holder's of an API key, or everybody's.
// Only a sum of it is kept, for it may be a secret.
func scope(r *http.Request) string {
	kind, secret := "scope", r.Header.Get(header.IdempotencyScope)
	if secret == "" {
		kind, secret = "key", apikey.Carried(r)
	}
	if secret == "" {
		return ""
	}
	const enough = 16 // bytes of the sum
	sum := sha256.Sum256([]byte(kind + " " + secret))
	return hex.EncodeToString(sum[:enough])
}

func printable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < '!' || r > '~' })
}
