package main

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/techcommerce/platform/apps/internal/rest"
	"github.com/techcommerce/platform/apps/order-api/order"
	"github.com/techcommerce/platform/apps/order-api/webhook"
)

// maxReceiver bounds a receiver's name.
const maxReceiver = 32

// eventsView is what the outbox holds, for the shop's owner.
type eventsView struct {
	Receivers   []receiverView   `json:"receivers"`
	DeadLetters []deadLetterView `json:"dead_letters"`
	// Next is what to give as after for the next page of dead letters; absent where there is none.
	Next int64 `json:"next,omitempty"`
}

type receiverView struct {
	Name string `json:"name"`
	// Configured is false where events are left of a receiver that is not configured any more, or under this name: nobody
	// delivers them.
	Configured bool    `json:"configured"`
	Pending    int     `json:"pending"`
	Oldest     float64 `json:"oldest_seconds"`
	Dead       int     `json:"dead"`
}

type deadLetterView struct {
	ID       string       `json:"id"`
	Receiver string       `json:"receiver"`
	Order    int64        `json:"order"`
	Sequence int64        `json:"sequence"`
	Status   order.Status `json:"status"`
	At       string       `json:"at"`
	Attempts int          `json:"attempts"`
	// Reason is why the last attempt failed. It is absent for events that wait behind one that failed.
	Reason string `json:"reason,omitempty"`
}

// listEvents answers with the state of all receivers and a page of dead letters.
func (a *api) listEvents(w http.ResponseWriter, r *http.Request) {
	query := rest.ReadQuery(r)
	after, limit := int64(query.Int("after", 0, 1, maxID)), query.Int("limit", defaultLimit, 1, maxLimit)
	if err := query.Err(); err != nil {
		rest.Error(w, r, err)
		return
	}
	backlogs, err := a.events.Backlogs(r.Context())
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	dead, err := a.events.DeadLetters(r.Context(), after, limit+1)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	view := eventsView{Receivers: receiverViews(a.settings.receivers, backlogs), DeadLetters: []deadLetterView{}}
	if len(dead) > limit {
		dead = dead[:limit]
		view.Next = dead[limit-1].Row
	}
	for _, e := range dead {
		view.DeadLetters = append(view.DeadLetters, deadLetterView{
			ID: e.ID, Receiver: e.Receiver, Order: e.Order, Sequence: e.Sequence, Status: e.Status,
			At: e.At.UTC().Format(time.RFC3339), Attempts: e.Attempts, Reason: e.Failure,
		})
	}
	rest.Write(w, r, http.StatusOK, view)
}

// receiverViews are the receivers that are configured, and those that something is left of.
func receiverViews(receivers []webhook.Receiver, backlogs []webhook.Backlog) []receiverView {
	views := []receiverView{}
	for _, configured := range receivers {
		b := backlogOf(backlogs, configured.Name)
		views = append(views, receiverView{configured.Name, true, b.Pending, b.Oldest.Seconds(), b.Dead})
	}
	for _, b := range backlogs {
		if !slices.ContainsFunc(views, func(v receiverView) bool { return v.Name == b.Receiver }) {
			views = append(views, receiverView{b.Receiver, false, b.Pending, b.Oldest.Seconds(), b.Dead})
		}
	}
	return views
}

// replayEvents has dead letters sent again.
func (a *api) replayEvents(w http.ResponseWriter, r *http.Request) {
	a.changeEvents(w, r, "replayed", a.events.Replay)
}

// discardEvents removes dead letters for good, and everything that is left of a receiver that is not configured.
func (a *api) discardEvents(w http.ResponseWriter, r *http.Request) {
	a.changeEvents(w, r, "discarded", func(ctx context.Context, selected webhook.Selection, most int) (int, error) {
		selected.Pending = !slices.ContainsFunc(a.settings.receivers, func(configured webhook.Receiver) bool {
			return configured.Name == selected.Receiver
		})
		return a.events.Discard(ctx, selected, most)
	})
}

// changeEvents does something to a receiver's dead letters, all of them or those of one order.
func (a *api) changeEvents(
	w http.ResponseWriter, r *http.Request, done string,
	do func(ctx context.Context, selected webhook.Selection, most int) (int, error),
) {
	const most = 1000 // in one transaction
	object, err := rest.ReadObject(r)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	selected := webhook.Selection{Receiver: object.Text("receiver", maxReceiver)}
	if object.Has("order") {
		selected.Order = object.ID("order")
	}
	if err := object.Err(); err != nil {
		rest.Error(w, r, err)
		return
	}
	total := 0
	for count := most; count == most && r.Context().Err() == nil; total += count {
		if count, err = do(r.Context(), selected, most); err != nil {
			rest.Error(w, r, err)
			return
		}
	}
	a.service.Log.InfoContext(r.Context(), "dead letters "+done, "receiver", selected.Receiver, "order", selected.Order, "count", total)
	rest.Write(w, r, http.StatusOK, map[string]int{done: total})
}
