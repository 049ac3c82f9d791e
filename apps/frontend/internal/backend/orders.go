package backend

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

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
}

// Item is one product of an order, at the price it was bought for.
type Item struct {
	ProductID int64       `json:"product_id"`
	Name      string      `json:"name"`
	Price     money.Cents `json:"price"`
	Quantity  int64       `json:"quantity"`
}

// NewOrder is what a customer asks for. Key makes it one order however often it is sent.
type NewOrder struct {
	Key      string    `json:"-"`
	Customer string    `json:"customer"`
	Items    []NewItem `json:"items"`
}

// NewItem is one product of a new order.
type NewItem struct {
	ProductID int64 `json:"product_id"`
	Quantity  int   `json:"quantity"`
}

// Orders lists orders. More says whether there are others after them.
func (c *Client) Orders(ctx context.Context, limit, offset int) (orders []Order, more bool, err error) {
	values := url.Values{"limit": {strconv.Itoa(limit + 1)}, "offset": {strconv.Itoa(offset)}}
	var answer struct {
		Orders []Order `json:"orders"`
	}
	list := call{method: http.MethodGet, path: "/api/orders?" + values.Encode(), within: readWithin}
	if _, err := c.orders.do(ctx, list, &answer); err != nil {
		return nil, false, err
	}
	if len(answer.Orders) > limit {
		return answer.Orders[:limit], true, nil
	}
	return answer.Orders, false, nil
}

// Order is one order.
func (c *Client) Order(ctx context.Context, id int64) (Order, error) {
	var o Order
	get := call{method: http.MethodGet, path: "/api/orders/" + strconv.FormatInt(id, 10), within: readWithin}
	_, err := c.orders.do(ctx, get, &o)
	return o, err
}

// Place places an order. Replayed says that the key was used before and the order is the one of then.
func (c *Client) Place(ctx context.Context, o NewOrder) (placed Order, replayed bool, err error) {
	header, err := c.orders.do(ctx, call{
		method: http.MethodPost,
		path:   "/api/orders",
		header: http.Header{keyedByCalls: {o.Key}},
		body:   o,
		within: placeWithin,
	}, &placed)
	return placed, header.Get("Idempotency-Replayed") == "true", err
}
