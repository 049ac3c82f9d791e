package backend

import (
	"context"
	"net/http"
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
