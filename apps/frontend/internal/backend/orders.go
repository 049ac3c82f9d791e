package backend

import (
	"context"
	"net/http"
	"strconv"

	"github.com/techcommerce/platform/apps/internal/deadline"
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
	// Access is the secret of this order, for its owner to pass on. Empty where order-api has none.
	Access string `json:"access"`
	// History is where the order has been, the oldest first. Empty where order-api does not tell.
	History []Event `json:"history"`
	// Actions are what this visitor may do with the order now.
	Actions []string `json:"actions"`
}

// Event is a state that an order came to.
type Event struct {
	Status string `json:"status"`
	At     string `json:"at"`
	Reason string `json:"reason"`
}

// Visitor is who asks for orders: by the secret of the session, or by that of one order.
type Visitor struct{ Owner, Access string }

func (v Visitor) header() http.Header {
	h := http.Header{}
	if v.Owner != "" {
		h.Set(header.OrderOwner, v.Owner)
	}
	if v.Access != "" {
		h.Set(header.OrderAccess, v.Access)
	}
	return h
}

// Item is one product of an order, at the price it was bought for.
type Item struct {
	ProductID int64       `json:"product_id"`
	Name      string      `json:"name"`
	Price     money.Cents `json:"price"`
	Quantity  int64       `json:"quantity"`
}

// Orders lists a visitor's orders of a status, of all where it is empty, newest first. An order-api that shows a visitor
// none has none of theirs.
func (c *Client) Orders(ctx context.Context, visitor Visitor, status string, span Span) (Page[Order], error) {
	page, err := c.listOrders(ctx, visitor.header(), Filter{Status: status}, span)
	if fault.KindOf(err) == fault.Unauthorized {
		return Page[Order]{}, nil
	}
	return page, err
}

// Order is one order, if this visitor may see it.
func (c *Client) Order(ctx context.Context, visitor Visitor, id int64) (Order, error) {
	var o Order
	get := call{method: http.MethodGet, path: orderPath(id), header: visitor.header(), within: readWithin}
	_, err := c.orders.do(ctx, get, &o)
	return o, err
}

// Cancel cancels an order, which may be done twice.
func (c *Client) Cancel(ctx context.Context, visitor Visitor, id int64) error {
	var o Order
	_, err := c.orders.do(ctx, call{
		method: http.MethodPost, path: orderPath(id) + "/cancel", header: visitor.header(), within: deadline.OrderBudget,
	}, &o)
	return err
}

func orderPath(id int64) string { return "/api/orders/" + strconv.FormatInt(id, 10) }
