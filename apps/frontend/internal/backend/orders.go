package backend

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/header"
	"github.com/techcommerce/platform/apps/internal/money"
)

// Order is an order as order-api tells of it.
type Order struct {
	ID       int64       `json:"id"`
	Customer string      `json:"customer"`
	Total    money.Cents `json:"total"`
	Status   string      `json:"status"`
	Date     string      `json:"date"`
	Items    []Item      `json:"items"`
	// Reason is why the order was rejected.
	Reason string `json:"reason"`
}

// Item is one product of an order, at the price it was bought for.
type Item struct {
	ProductID int64       `json:"product_id"`
	Name      string      `json:"name"`
	Price     money.Cents `json:"price"`
	Quantity  int64       `json:"quantity"`
}

// NewOrder is what a customer asks for. Key makes it one order however often it is sent. ForwardedFor is whom the
// request comes from, as in X-Forwarded-For, so that order-api limits each customer and not this service.
type NewOrder struct {
	Key          string `json:"-"`
	ForwardedFor string `json:"-"`

	Customer string    `json:"customer"`
	Items    []NewItem `json:"items"`
}

// NewItem is one product of a new order.
type NewItem struct {
	ProductID int64 `json:"product_id"`
	Quantity  int   `json:"quantity"`
}

// Orders lists orders of a status, of all where it is empty, newest first.
func (c *Client) Orders(ctx context.Context, status string, span Span) (Page[Order], error) {
	list := call{method: http.MethodGet, path: "/api/orders", query: span.query(), within: readWithin}
	if status != "" {
		list.query.Set("status", status)
	}
	var answer struct {
		Orders []Order `json:"orders"`
	}
	header, err := c.orders.do(ctx, list, &answer)
	if err != nil {
		return Page[Order]{}, err
	}
	return newPage(answer.Orders, span, header), nil
}

// Order is one order.
func (c *Client) Order(ctx context.Context, id int64) (Order, error) {
	var o Order
	get := call{method: http.MethodGet, path: "/api/orders/" + strconv.FormatInt(id, 10), within: readWithin}
	_, err := c.orders.do(ctx, get, &o)
	return o, err
}

// Place places an order. Replayed says that the key was used before and the order is the one of then. An order that
// order-api has taken but could not secure in time is no error: it is pending, and order-api sees it through.
func (c *Client) Place(ctx context.Context, o NewOrder) (placed Order, replayed bool, err error) {
	header, err := c.orders.do(ctx, call{
		method: http.MethodPost,
		path:   "/api/orders",
		header: http.Header{header.IdempotencyKey: {o.Key}, "X-Forwarded-For": {o.ForwardedFor}},
		body:   o,
		within: placeWithin,
	}, &placed)
	replayed = header.Get("Idempotency-Replayed") == "true"
	if id, taken := takenAs(header); taken && fault.KindOf(err) == fault.Unavailable {
		return Order{ID: id, Status: "pending"}, replayed, nil
	}
	return placed, replayed, err
}

// takenAs is the order that an answer is about, by its Location.
func takenAs(header http.Header) (id int64, ok bool) {
	text, ok := strings.CutPrefix(header.Get("Location"), "/api/orders/")
	id, err := strconv.ParseInt(text, 10, 64)
	return id, ok && err == nil
}
