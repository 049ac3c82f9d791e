package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
	"github.com/techcommerce/platform/apps/internal/service"
	"github.com/techcommerce/platform/apps/product-api/product"
)

type api struct {
	store    product.Store
	service  *service.Service
	settings settings
	answers  *answers
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
	}
	if err := query.Err(); err != nil {
		rest.Error(w, r, err)
		return
	}
	key := strconv.Itoa(filter.Limit) + " " + strconv.Itoa(filter.Offset) + " " + filter.Search
	known, err := a.answers.of(key, func() (answer, error) { return a.loadPage(r.Context(), filter) })
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	w.Header().Set("X-Total-Count", known.total)
	rest.WriteTagged(w, r, known.tag, known.body)
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
	return loaded, err
}

func (a *api) find(w http.ResponseWriter, r *http.Request) {
	id, ok := rest.PathID(r)
	if !ok {
		rest.Error(w, r, product.ErrNotFound)
		return
	}
	known, err := a.answers.of(strconv.FormatInt(id, 10), func() (answer, error) {
		found, err := a.store.Find(context.WithoutCancel(r.Context()), id)
		if err != nil {
			return answer{}, err
		}
		body, err := json.Marshal(found)
		return answer{body: body, tag: found.Tag()}, err
	})
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	rest.WriteTagged(w, r, known.tag, known.body)
}

func (a *api) create(w http.ResponseWriter, r *http.Request) {
	wanted, err := readProduct(r)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	created, err := a.store.Create(r.Context(), wanted)
	a.answers.forget()
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	w.Header().Set("Location", "/api/products/"+strconv.FormatInt(created.ID, 10))
	w.Header().Set("ETag", created.Tag())
	rest.Write(w, r, http.StatusCreated, created)
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
	w.Header().Set("ETag", changed.Tag())
	rest.Write(w, r, http.StatusOK, changed)
}

func readProduct(r *http.Request) (product.Product, error) {
	object, err := rest.ReadObject(r)
	if err != nil {
		return product.Product{}, err
	}
	wanted := product.Product{
		Name:  object.Text("name", product.MaxName),
		Price: object.Cents("price", product.MinPrice, product.MaxPrice),
	}
	if object.Has("stock") {
		wanted.Stock = object.Int("stock", 0, product.MaxStock)
	}
	object.Refuse("id", "is given by the server")
	return wanted, object.Err()
}

// readChange reads what to change. With If-Match, the change is for the version that the client has seen only.
func readChange(r *http.Request) (product.Change, error) {
	object, err := rest.ReadObject(r)
	if err != nil {
		return product.Change{}, err
	}
	var change product.Change
	if object.Has("name") {
		name := object.Text("name", product.MaxName)
		change.Name = &name
	}
	if object.Has("price") {
		price := object.Cents("price", product.MinPrice, product.MaxPrice)
		change.Price = &price
	}
	if object.Has("stock") {
		stock := object.Int("stock", 0, product.MaxStock)
		change.Stock = &stock
	}
	object.Refuse("id", "cannot be changed")
	if wanted := r.Header.Get("If-Match"); wanted != "" {
		change.Allow = func(p product.Product) error {
			if !rest.Matches(wanted, p.Tag()) {
				return fault.New(fault.Stale, "The product has changed since")
			}
			return nil
		}
	}
	return change, object.Err()
}
