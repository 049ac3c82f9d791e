package backend

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/techcommerce/platform/apps/internal/deadline"
)

// Events is what order-api has still to send to webhooks.
type Events struct {
	Receivers   []Receiver   `json:"receivers"`
	DeadLetters []DeadLetter `json:"dead_letters"`
	// Next is where the next page of dead letters begins, 0 where there is none.
	Next int64 `json:"next"`
}

// Receiver is a webhook's receiver.
type Receiver struct {
	Name string `json:"name"`
	// Configured is false where events are left of one that nothing is sent to any more.
	Configured    bool    `json:"configured"`
	Pending       int     `json:"pending"`
	OldestSeconds float64 `json:"oldest_seconds"`
	Dead          int     `json:"dead"`
}

// DeadLetter is a change of an order that a receiver is not sent any more.
type DeadLetter struct {
	ID       string `json:"id"`
	Receiver string `json:"receiver"`
	Order    int64  `json:"order"`
	Status   string `json:"status"`
	At       string `json:"at"`
	Attempts int    `json:"attempts"`
	// Reason is empty for what waits behind a change that has one.
	Reason string `json:"reason"`
}

// Events lists receivers, and dead letters from a place on. An order-api of a release that sends nothing answers
// fault.NotFound.
func (a Admin) Events(ctx context.Context, after int64, limit int) (Events, error) {
	list := call{
		method: http.MethodGet, path: "/api/orders/events", query: url.Values{"limit": {strconv.Itoa(limit)}},
		header: a.header(), within: readWithin,
	}
	if after > 0 {
		list.query.Set("after", strconv.FormatInt(after, 10))
	}
	var events Events
	_, err := a.client.orders.do(ctx, list, &events)
	return events, err
}

// Replay has dead letters of a receiver sent again, those of one order or, where it is 0, all. It may be done twice.
func (a Admin) Replay(ctx context.Context, receiver string, order int64) (int, error) {
	return a.changeEvents(ctx, "replay", receiver, order)
}

// Discard removes dead letters of a receiver, those of one order or, where it is 0, all.
func (a Admin) Discard(ctx context.Context, receiver string, order int64) (int, error) {
	return a.changeEvents(ctx, "discard", receiver, order)
}

func (a Admin) changeEvents(ctx context.Context, what, receiver string, order int64) (int, error) {
	selected := map[string]any{"receiver": receiver}
	if order > 0 {
		selected["order"] = order
	}
	var done struct{ Replayed, Discarded int }
	_, err := a.client.orders.do(ctx, call{
		method: http.MethodPost, path: "/api/orders/events/" + what, header: a.header(), within: deadline.OrderBudget, body: selected,
	}, &done)
	return done.Replayed + done.Discarded, err
}
