package main

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/techcommerce/platform/apps/internal/money"
	"github.com/techcommerce/platform/apps/internal/rest"
	"github.com/techcommerce/platform/apps/order-api/order"
)

// Paging: what a list holds unless it is asked for, and at most.
const (
	defaultLimit = 100
	maxLimit     = 1000
	maxOffset    = 1_000_000_000
	maxID        = math.MaxInt64
)

// view is an order as clients see it.
type view struct {
	ID       int64        `json:"id"`
	Customer string       `json:"customer"`
	Total    money.Cents  `json:"total"`
	Status   order.Status `json:"status"`
	Date     string       `json:"date"`
	Items    []order.Item `json:"items"`
	Reason   string       `json:"reason,omitempty"`
	// Access is the order's secret, for whoever holds the order.
	Access string `json:"access,omitempty"`
	// History is each status of the order, the oldest first; only where one order is asked for.
	History []event `json:"history,omitempty"`
	// Actions is what the caller may do with the order now.
	Actions []string `json:"actions,omitempty"`
}

// event is a status that an order came to.
type event struct {
	Status order.Status `json:"status"`
	At     string       `json:"at"`
	Reason string       `json:"reason,omitempty"`
}

// historyOf begins with the moment at which the order was placed. The reason is that of the end, which is the last.
func historyOf(o order.Order) []event {
	events := []event{{Status: order.Pending, At: o.Placed.UTC().Format(time.RFC3339)}}
	for _, e := range o.History {
		events = append(events, event{Status: e.Status, At: e.At.UTC().Format(time.RFC3339)})
	}
	if last := &events[len(events)-1]; o.Problem != nil && last.Status == o.Status {
		last.Reason = o.Problem.Message
	}
	return events
}

// viewFor is an order as this caller sees it.
func (a *api) viewFor(r *http.Request, o order.Order) view {
	v := viewOf(o)
	v.History = historyOf(o)
	holds := a.holds(r, o)
	if holds {
		v.Access = o.Access
	}
	if (holds || opened(r, o)) && o.Cancellable() {
		v.Actions = []string{"cancel"}
	}
	return v
}

func viewOf(o order.Order) view {
	v := view{
		ID: o.ID, Customer: o.Customer, Total: o.Total, Status: o.Status,
		Date: o.Placed.UTC().Format(time.DateOnly), Items: o.Items,
	}
	if o.Problem != nil {
		v.Reason = o.Problem.Message
	}
	if o.Damaged != nil {
		v.Items, v.Reason = []order.Item{}, "The order's record cannot be read"
	}
	return v
}

// pageView is a page of orders. Next is what to give as before for the page of older ones, and Previous what to give as
// after for that of newer ones; each is absent where there are none.
type pageView struct {
	Orders   []view `json:"orders"`
	Count    int    `json:"count"`
	Next     int64  `json:"next,omitempty"`
	Previous int64  `json:"previous,omitempty"`
	// Statuses is how many orders stand in each status, where that was asked for.
	Statuses map[order.Status]int `json:"statuses,omitempty"`
}

func pageOf(page order.Page) pageView {
	v := pageView{Orders: []view{}, Count: len(page.Orders), Statuses: page.Counts}
	for _, o := range page.Orders {
		v.Orders = append(v.Orders, viewOf(o))
	}
	if page.Newer {
		v.Previous = page.Orders[0].ID
	}
	if page.Older {
		v.Next = page.Orders[len(page.Orders)-1].ID
	}
	return v
}

func (a *api) list(w http.ResponseWriter, r *http.Request) {
	filter, err := readFilter(r)
	if err == nil {
		err = a.restrict(r, &filter)
	}
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	page, err := a.orders.Store.List(r.Context(), filter)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	body, err := json.Marshal(pageOf(page))
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	w.Header().Set("X-Total-Count", strconv.Itoa(page.Total))
	rest.WriteTagged(w, r, rest.Tag(body), body)
}

func (a *api) find(w http.ResponseWriter, r *http.Request) {
	id, ok := rest.PathID(r)
	if !ok {
		rest.Error(w, r, order.ErrNotFound)
		return
	}
	found, err := a.orders.Store.Find(r.Context(), id)
	if err == nil {
		rest.NoteID(r.Context(), "order", id)
		err = a.checkReading(r, found)
	}
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	body, err := json.Marshal(a.viewFor(r, found))
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	rest.WriteTagged(w, r, rest.Tag(body), body)
}

func (a *api) place(w http.ResponseWriter, r *http.Request) {
	draft, err := readDraft(r)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	placed, replayed, err := a.orders.Place(r.Context(), draft)
	status := http.StatusCreated
	if replayed {
		status = http.StatusOK
		w.Header().Set("Idempotency-Replayed", "true")
	}
	if placed.Status == order.Pending {
		status = http.StatusAccepted
	}
	if placed.ID != 0 {
		rest.NoteID(r.Context(), "order", placed.ID)
		w.Header().Set("Location", "/api/orders/"+strconv.FormatInt(placed.ID, 10))
	}
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	placing := viewOf(placed)
	placing.Access = placed.Access // who has placed it, or knows its key, holds it
	rest.Write(w, r, status, placing)
}

// cancel is for whoever holds the order or has its secret.
func (a *api) cancel(w http.ResponseWriter, r *http.Request) {
	r = a.recognized(r)
	a.change(w, r, func(id int64) (order.Order, error) {
		return a.orders.Cancel(r.Context(), id, func(o order.Order) error { return a.checkCancelling(r, o) })
	})
}

// renewAccess is for whoever holds the order: its secret alone must not lock its owner out.
func (a *api) renewAccess(w http.ResponseWriter, r *http.Request) {
	r = a.recognized(r)
	a.change(w, r, func(id int64) (order.Order, error) {
		return a.orders.RenewAccess(r.Context(), id, func(o order.Order) error { return a.checkHolding(r, o) })
	})
}

func (a *api) move(w http.ResponseWriter, r *http.Request) {
	a.change(w, r, func(id int64) (order.Order, error) {
		to, err := readMove(r)
		if err != nil {
			return order.Order{}, err
		}
		return a.orders.Move(r.Context(), id, to)
	})
}

// change does something to the order that the address names, and answers with what became of it.
func (a *api) change(w http.ResponseWriter, r *http.Request, do func(id int64) (order.Order, error)) {
	id, ok := rest.PathID(r)
	if !ok {
		rest.Error(w, r, order.ErrNotFound)
		return
	}
	changed, err := do(id)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	rest.NoteID(r.Context(), "order", changed.ID)
	rest.Write(w, r, http.StatusOK, a.viewFor(r, changed))
}
