package backend

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/techcommerce/platform/apps/internal/deadline"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/header"
	"github.com/techcommerce/platform/apps/internal/money"
)

// NewOrder is what a customer asks for. Key makes it one order however often it is sent, among the orders of Owner, who
// may see it. Client is whom the request comes from, so that order-api limits each customer and not this service.
type NewOrder struct {
	Key    string `json:"-"`
	Owner  string `json:"-"`
	Client string `json:"-"`

	Customer string    `json:"customer"`
	Items    []NewItem `json:"items"`
	// Total is what the customer was shown: order-api refuses to charge anything else. Absent, it was an old page.
	Total *money.Cents `json:"expected_total,omitempty"`
}

// NewItem is one product of a new order.
type NewItem struct {
	ProductID int64 `json:"product_id"`
	Quantity  int   `json:"quantity"`
}

func (o NewOrder) header() http.Header {
	h := http.Header{header.IdempotencyKey: {o.Key}, "X-Forwarded-For": {o.Client}}
	if o.Owner != "" {
		h.Set(header.IdempotencyScope, o.Owner)
		h.Set(header.OrderOwner, o.Owner)
	}
	return h
}

// PriceChange is the refusal of an order whose total is not the one that the customer was shown. Nothing was ordered.
type PriceChange struct {
	Lines []Item      `json:"lines"`
	Total money.Cents `json:"total"`
}

func (c *PriceChange) Error() string { return "the prices have changed" }

// Place places an order. Replayed says that the key was used before and the order is the one of then. An order that
// order-api has taken but could not secure in time is no error: it is pending, and order-api sees it through. The error
// is a *PriceChange if the total is not what was shown.
func (c *Client) Place(ctx context.Context, o NewOrder) (placed Order, replayed bool, err error) {
	answer, err := c.place(ctx, o, &placed)
	if unknownTotal(err) {
		// An order-api from before totals were sent has refused the field and kept nothing.
		o.Total = nil
		answer, err = c.place(ctx, o, &placed)
	}
	replayed = answer.Get("Idempotency-Replayed") == "true"
	if id, taken := takenAs(answer); taken && fault.KindOf(err) == fault.Unavailable {
		return Order{ID: id, Status: "pending"}, replayed, nil
	}
	if change := priceChange(err); change != nil {
		return Order{}, replayed, change
	}
	if id, taken := takenAs(answer); taken && fault.KindOf(err) == fault.Unprocessable {
		return c.placedBefore(ctx, o, id, err)
	}
	return placed, replayed, err
}

// placedBefore is for a refusal that names an order: the key may stand for one that was placed with other words, under
// another name for example. Only if that one came to nothing has nothing been ordered.
func (c *Client) placedBefore(ctx context.Context, o NewOrder, id int64, refusal error) (Order, bool, error) {
	found, err := c.Order(ctx, Visitor{Owner: o.Owner}, id)
	switch {
	case err != nil:
		return Order{}, false, fault.Down("It is not known what became of the order", err)
	case found.Status == "rejected":
		return Order{}, false, refusal
	}
	return found, true, nil
}

func (c *Client) place(ctx context.Context, o NewOrder, placed *Order) (http.Header, error) {
	return c.orders.do(ctx, call{
		method: http.MethodPost,
		path:   "/api/orders",
		header: o.header(),
		body:   o,
		within: deadline.OrderBudget,
	}, placed)
}

func unknownTotal(err error) bool {
	return fault.KindOf(err) == fault.Invalid && fault.As(err).Fields["expected_total"] == "is not a known field"
}

// priceChange is the new lines and the new total that a refusal carries, nil if it was about something else.
func priceChange(err error) *PriceChange {
	if fault.KindOf(err) != fault.Conflict {
		return nil
	}
	// Details came as JSON, so they can be written as JSON; what does not fit a price change is none.
	content, encodeErr := json.Marshal(fault.As(err).Details)
	var change PriceChange
	if encodeErr != nil || json.Unmarshal(content, &change) != nil || len(change.Lines) == 0 {
		return nil
	}
	return &change
}

// takenAs is the order that an answer is about, by its Location.
func takenAs(answer http.Header) (id int64, ok bool) {
	text, ok := strings.CutPrefix(answer.Get("Location"), "/api/orders/")
	id, err := strconv.ParseInt(text, 10, 64)
	return id, ok && err == nil
}
