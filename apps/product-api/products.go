package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/techcommerce/platform/apps/internal/apikey"
	"github.com/techcommerce/platform/apps/internal/audit"
	"github.com/techcommerce/platform/apps/internal/rest"
	"github.com/techcommerce/platform/apps/internal/service"
	"github.com/techcommerce/platform/apps/product-api/product"
)

type api struct {
	store    product.Store
	service  *service.Service
	settings settings
	answers  *answers
	audit    audit.Log
	// operators and services are who may do more than customers.
	operators, services *apikey.Keys
}

// Paging: what a list holds unless it is asked for, and at most.
const (
	defaultLimit = 100
	maxLimit     = 1000
	maxOffset    = 1_000_000_000
	maxSearch    = 200
)

func (a *api) list(w http.ResponseWriter, r *http.Request) {
	query := rest.ReadQuery(r)
	filter := product.Filter{
		Search: query.Text("q", maxSearch),
		Limit:  query.Int("limit", defaultLimit, 1, maxLimit),
		Offset: query.Int("offset", 0, 0, maxOffset),

		Withdrawn: query.Bool("withdrawn"),
	}
	err := query.Err()
	if err == nil && filter.Withdrawn {
		err = a.operators.Check(r)
	}
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	a.answer(w, r, filter)
}

// answer sends a page of products. What the owner alone may see is not kept.
func (a *api) answer(w http.ResponseWriter, r *http.Request, filter product.Filter) {
	load := func() (answer, error) { return a.loadPage(r.Context(), filter) }
	if filter.Withdrawn {
		w.Header().Set("Cache-Control", "private, no-store")
		writeAnswer(w, r, load)
		return
	}
	key := strconv.Itoa(filter.Limit) + " " + strconv.Itoa(filter.Offset) + " " + filter.Search
	writeAnswer(w, r, func() (answer, error) { return a.answers.of(key, load) })
}

func writeAnswer(w http.ResponseWriter, r *http.Request, load func() (answer, error)) {
	loaded, err := load()
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	if loaded.total != "" {
		w.Header().Set("X-Total-Count", loaded.total)
	}
	rest.WriteTagged(w, r, loaded.tag, loaded.body)
}

// loadPage is shared by all who ask for it at that moment, so it goes on when one of them leaves.
func (a *api) loadPage(ctx context.Context, filter product.Filter) (answer, error) {
	page, total, err := a.store.List(context.WithoutCancel(ctx), filter)
	if err != nil {
		return answer{}, err
	}
	body, err := json.Marshal(struct {
		Products []product.Product `json:"products"`
		Count    int               `json:"count"`
	}{append([]product.Product{}, page...), len(page)})
	loaded := newAnswer(body)
	loaded.total = strconv.Itoa(total)
	for _, p := range page {
		loaded.shows = append(loaded.shows, p.ID)
	}
	return loaded, err
}

func (a *api) find(w http.ResponseWriter, r *http.Request) {
	id, ok := rest.PathID(r)
	if !ok {
		rest.Error(w, r, product.ErrNotFound)
		return
	}
	all, err := a.mayReadAll(r)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	load := func() (answer, error) {
		found, err := a.store.Find(context.WithoutCancel(r.Context()), id)
		if err != nil {
			return answer{}, err
		}
		if !all {
			found = found.Shown()
		}
		body, err := json.Marshal(found)
		return answer{body: body, tag: found.Tag(), shows: []int64{id}}, err
	}
	if all {
		w.Header().Set("Cache-Control", "private, no-store")
		writeAnswer(w, r, load)
		return
	}
	writeAnswer(w, r, func() (answer, error) { return a.answers.of(strconv.FormatInt(id, 10), load) })
}

func (a *api) create(w http.ResponseWriter, r *http.Request) {
	wanted, once, err := readProduct(r)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	created, replayed, err := a.store.Create(r.Context(), wanted, once)
	a.answers.forget()
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	w.Header().Set("Location", "/api/products/"+strconv.FormatInt(created.ID, 10))
	status := http.StatusCreated
	if replayed {
		status = http.StatusOK
	}
	writeProduct(w, r, status, created, replayed)
}

// addStock restocks, or takes out what is broken or lost. A relative change loses nothing that is sold meanwhile.
func (a *api) addStock(w http.ResponseWriter, r *http.Request) {
	id, ok := rest.PathID(r)
	if !ok {
		rest.Error(w, r, product.ErrNotFound)
		return
	}
	change, once, err := readStockChange(r)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	changed, replayed, err := a.store.AddStock(r.Context(), id, change, once)
	a.answers.forget(id)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	writeProduct(w, r, http.StatusOK, changed, replayed)
}

func writeProduct(w http.ResponseWriter, r *http.Request, status int, p product.Product, replayed bool) {
	if replayed {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	w.Header().Set("ETag", p.Tag())
	rest.Write(w, r, status, p)
}

func (a *api) update(w http.ResponseWriter, r *http.Request) {
	id, ok := rest.PathID(r)
	if !ok {
		rest.Error(w, r, product.ErrNotFound)
		return
	}
	change, err := readChange(r)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	changed, err := a.store.Update(r.Context(), id, change)
	a.answers.forget()
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	writeProduct(w, r, http.StatusOK, changed, false)
}
