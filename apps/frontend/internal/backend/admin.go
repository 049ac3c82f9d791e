package backend

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/techcommerce/platform/apps/internal/deadline"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/header"
	"github.com/techcommerce/platform/apps/internal/money"
)

// Admin calls both backends in an operator's name. Its errors are faults: fault.Unauthorized where the key is not theirs.
type Admin struct {
	client *Client
	// from is the operator's address: whoever guesses keys slows down nobody else.
	key, from string
}

// Admin is a client that carries the operator's key, and the address that it comes from.
func (c *Client) Admin(key, from string) Admin { return Admin{client: c, key: key, from: from} }

func (a Admin) header() http.Header {
	return http.Header{"Authorization": {"Bearer " + a.key}, "X-Forwarded-For": {a.from}}
}

// Check says why the key opens nothing, nil if it is the right one.
func (a Admin) Check(ctx context.Context) error {
	_, err := a.Orders(ctx, Filter{}, Span{Limit: 1})
	return err
}

// Orders lists everybody's orders, newest first.
func (a Admin) Orders(ctx context.Context, filter Filter, span Span) (Page[Order], error) {
	return a.client.listOrders(ctx, a.header(), filter, span)
}

// Erase removes a customer from their orders that have ended, and tells how many those were and how many have not. It may
// be done twice.
func (a Admin) Erase(ctx context.Context, customer string) (erased, left int, err error) {
	var done struct{ Erased, Left int }
	_, err = a.client.orders.do(ctx, call{
		method: http.MethodPost, path: "/api/orders/erase", header: a.header(), within: deadline.OrderBudget,
		body: map[string]string{"customer": customer},
	}, &done)
	return done.Erased, done.Left, err
}

// Order is anybody's order.
func (a Admin) Order(ctx context.Context, id int64) (Order, error) {
	var o Order
	_, err := a.client.orders.do(ctx, call{
		method: http.MethodGet, path: orderPath(id), header: a.header(), within: readWithin,
	}, &o)
	return o, err
}

// Move takes an order to its next status. It may be done twice.
func (a Admin) Move(ctx context.Context, id int64, status string) error {
	var o Order
	_, err := a.client.orders.do(ctx, call{
		method: http.MethodPatch, path: orderPath(id), header: a.header(), within: deadline.OrderBudget,
		body: map[string]string{"status": status},
	}, &o)
	if fault.KindOf(err) == fault.Conflict && fault.As(err).Details["status"] == status {
		return nil // it stands there already: the answer to the first attempt was lost
	}
	return err
}

// Cancel cancels anybody's order, which may be done twice.
func (a Admin) Cancel(ctx context.Context, id int64) error {
	var o Order
	_, err := a.client.orders.do(ctx, call{
		method: http.MethodPost, path: orderPath(id) + "/cancel", header: a.header(), within: deadline.OrderBudget,
	}, &o)
	return err
}

// Edition is a product and the tag of what was read of it.
type Edition struct {
	Product
	Tag string
}

// Products lists all products whose names contain a text, those out of sale too. A product-api of a release that knows none
// of those has none.
func (a Admin) Products(ctx context.Context, search string, span Span) (Page[Product], error) {
	all := call{header: a.header(), query: span.query()}
	all.query.Set(withdrawn, "true")
	found, err := a.client.listProducts(ctx, all, search, span)
	if fault.KindOf(err) == fault.Invalid && fault.As(err).Fields[withdrawn] != "" {
		return a.client.listProducts(ctx, call{header: a.header(), query: span.query()}, search, span)
	}
	return found, err
}

// withdrawn is the parameter that asks for what is out of sale, and the field that says it.
const withdrawn = "withdrawn"

// Product is a product as it is now, for an edit.
func (a Admin) Product(ctx context.Context, id int64) (Edition, error) {
	var found Edition
	answered, err := a.client.products.do(ctx, call{
		method: http.MethodGet, path: productPath(id), header: a.header(), within: readWithin,
		query: url.Values{withdrawn: {"true"}},
	}, &found.Product)
	if err != nil {
		return Edition{}, err
	}
	found.Tag = answered.Get("ETag")
	return found, nil
}

// Create adds a product, once for each key.
func (a Admin) Create(ctx context.Context, key, name string, price money.Cents, stock int64) (Product, error) {
	h := a.header()
	h.Set(header.IdempotencyKey, key)
	var made Product
	_, err := a.client.products.do(ctx, call{
		method: http.MethodPost, path: "/api/products", header: h, within: deadline.OrderBudget,
		body: map[string]any{"name": name, "price": price, "stock": stock},
	}, &made)
	return made, err
}

// Edit gives a product another name and price, unless somebody has edited it since it was read under the tag: that is
// fault.Stale.
func (a Admin) Edit(ctx context.Context, id int64, tag, name string, price money.Cents) error {
	h := a.header()
	h.Set("If-Match", tag)
	var edited Product
	_, err := a.client.products.do(ctx, call{
		method: http.MethodPatch, path: productPath(id), header: h, within: deadline.OrderBudget,
		body: map[string]any{"name": name, "price": price},
	}, &edited)
	return err
}

// Withdraw takes a product out of sale, or puts it back. It may be done twice.
func (a Admin) Withdraw(ctx context.Context, id int64, out bool) (Product, error) {
	var changed Product
	_, err := a.client.products.do(ctx, call{
		method: http.MethodPatch, path: productPath(id), header: a.header(), within: deadline.OrderBudget,
		body: map[string]bool{withdrawn: out},
	}, &changed)
	return changed, err
}

// AddStock adds pieces to a product's stock, or takes some away, once for each key.
func (a Admin) AddStock(ctx context.Context, id int64, key string, change int64) (Product, error) {
	h := a.header()
	h.Set(header.IdempotencyKey, key)
	var changed Product
	_, err := a.client.products.do(ctx, call{
		method: http.MethodPost, path: productPath(id) + "/stock", header: h, within: deadline.OrderBudget,
		body: map[string]int64{"change": change},
	}, &changed)
	return changed, err
}

func productPath(id int64) string { return "/api/products/" + strconv.FormatInt(id, 10) }
