package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/apikey"
	"github.com/techcommerce/platform/apps/internal/money"
	"github.com/techcommerce/platform/apps/internal/rest"
	"github.com/techcommerce/platform/apps/order-api/order"
)

// placing bounds how long an order is worked on, also once its client has left.
const placing = 20 * time.Second

// Paging: what a list holds unless it is asked for, and at most.
const (
	defaultLimit = 100
	maxLimit     = 1000
	maxOffset    = 1_000_000_000
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
}

func viewOf(o order.Order) view {
	v := view{
		ID: o.ID, Customer: o.Customer, Total: o.Total, Status: o.Status,
		Date: o.Placed.UTC().Format(time.DateOnly), Items: o.Items,
	}
	if o.Problem != nil {
		v.Reason = o.Problem.Message
	}
	return v
}

func (a *api) list(w http.ResponseWriter, r *http.Request) {
	filter, err := readFilter(r)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	page, total, err := a.desk.Store.List(r.Context(), filter)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	views := []view{}
	for _, o := range page {
		views = append(views, viewOf(o))
	}
	body, err := json.Marshal(struct {
		Orders []view `json:"orders"`
		Count  int    `json:"count"`
	}{views, len(views)})
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	w.Header().Set("X-Total-Count", strconv.Itoa(total))
	rest.WriteTagged(w, r, rest.Tag(body), body)
}

func (a *api) find(w http.ResponseWriter, r *http.Request) {
	id, ok := rest.PathID(r)
	if !ok {
		rest.Error(w, r, order.ErrNotFound)
		return
	}
	found, err := a.desk.Store.Find(r.Context(), id)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	body, err := json.Marshal(viewOf(found))
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
	// An order under way is finished even if its client leaves.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), placing)
	defer cancel()
	placed, replayed, err := a.desk.Place(ctx, draft)
	status := http.StatusCreated
	if replayed {
		status = http.StatusOK
		w.Header().Set("Idempotency-Replayed", "true")
	}
	if placed.ID != 0 {
		w.Header().Set("Location", "/api/orders/"+strconv.FormatInt(placed.ID, 10))
	}
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	rest.Write(w, r, status, viewOf(placed))
}

// cancel is for who placed the order, shown by its Idempotency-Key, and for who has the admin key.
func (a *api) cancel(w http.ResponseWriter, r *http.Request) {
	id, ok := rest.PathID(r)
	if !ok {
		rest.Error(w, r, order.ErrNotFound)
		return
	}
	cancelled, err := a.desk.Cancel(r.Context(), id, func(o order.Order) error {
		if o.Key != "" && apikey.Same(r.Header.Get(idempotencyKey), o.Key) {
			return nil
		}
		return apikey.Check(r, a.settings.adminKey, contract.EnvAdminAPIKey)
	})
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	rest.Write(w, r, http.StatusOK, viewOf(cancelled))
}

func (a *api) move(w http.ResponseWriter, r *http.Request) {
	id, ok := rest.PathID(r)
	if !ok {
		rest.Error(w, r, order.ErrNotFound)
		return
	}
	to, err := readMove(r)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	moved, err := a.desk.Move(r.Context(), id, to)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	rest.Write(w, r, http.StatusOK, viewOf(moved))
}
