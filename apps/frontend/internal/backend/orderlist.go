package backend

import (
	"context"
	"net/http"

	"github.com/techcommerce/platform/apps/internal/fault"
)

// Filter narrows a list of orders. Empty fields narrow nothing.
type Filter struct {
	Status string
	// Customer is the whole name.
	Customer string
}

// listOrders is a part of the orders that a caller may see. It is the beginning of the list where the part that is asked
// for has become empty or is near the beginning, so that the first page is a whole one. An order-api of a release that
// neither pages by id nor counts by status is asked for what it knows.
func (c *Client) listOrders(ctx context.Context, caller http.Header, filter Filter, span Span) (Page[Order], error) {
	page, err := c.listOrdersOnce(ctx, caller, filter, span)
	switch {
	case fault.KindOf(err) == fault.Invalid && (span.keyed() || span.Counts):
		return c.listOrdersOnce(ctx, caller, filter, Span{Limit: span.Limit, Offset: span.Offset})
	case err == nil && span.keyed() && (len(page.Items) == 0 || span.After > 0 && page.Previous == 0):
		return c.listOrdersOnce(ctx, caller, filter, Span{Limit: span.Limit, Counts: span.Counts})
	}
	return page, err
}

func (c *Client) listOrdersOnce(ctx context.Context, caller http.Header, filter Filter, span Span) (Page[Order], error) {
	list := call{method: http.MethodGet, path: "/api/orders", query: span.query(), header: caller, within: readWithin}
	for name, value := range map[string]string{"status": filter.Status, "customer": filter.Customer} {
		if value != "" {
			list.query.Set(name, value)
		}
	}
	var answer struct {
		Orders   []Order        `json:"orders"`
		Next     int64          `json:"next"`
		Previous int64          `json:"previous"`
		Statuses map[string]int `json:"statuses"`
	}
	answered, err := c.orders.do(ctx, list, &answer)
	if err != nil {
		return Page[Order]{}, err
	}
	page := newPage(answer.Orders, span, answered)
	page.Next, page.Previous, page.Statuses = answer.Next, answer.Previous, answer.Statuses
	return page, nil
}
