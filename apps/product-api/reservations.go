package main

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/mux"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/money"
	"github.com/techcommerce/platform/apps/internal/rest"
	"github.com/techcommerce/platform/apps/product-api/product"
)

func (a *api) reserve(w http.ResponseWriter, r *http.Request) {
	wanted, err := readWanted(r)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	reserved, err := a.store.Reserve(r.Context(), wanted)
	a.forgetLines(wanted.Lines)
	writeReservation(w, r, reserved, err)
}

func (a *api) confirm(w http.ResponseWriter, r *http.Request) {
	id, err := reservationID(r)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	confirmed, err := a.store.Confirm(r.Context(), id)
	writeReservation(w, r, confirmed, err)
}

func (a *api) release(w http.ResponseWriter, r *http.Request) {
	id, err := reservationID(r)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	released, err := a.store.Release(r.Context(), id)
	a.forgetItems(released.Items)
	writeReservation(w, r, released, err)
}

// forgetLines is for after a reservation, done or not: nobody knows what became of one whose answer was lost.
func (a *api) forgetLines(lines []product.Line) {
	ids := make([]int64, len(lines))
	for i, line := range lines {
		ids[i] = line.ProductID
	}
	a.answers.forget(ids...)
}

// forgetItems is for after a release. One that failed has no items, and may have put back any.
func (a *api) forgetItems(items []product.Item) {
	ids := make([]int64, len(items))
	for i, item := range items {
		ids[i] = item.ProductID
	}
	a.answers.forget(ids...)
}

func writeReservation(w http.ResponseWriter, r *http.Request, reservation product.Reservation, err error) {
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	rest.Write(w, r, http.StatusOK, reservation)
}

func reservationID(r *http.Request) (string, error) {
	id := mux.Vars(r)["id"]
	var fields fault.Fields
	if problem := rest.ProblemWithText(id, product.MaxReservationID); problem != "" {
		fields.Add("id", problem)
	}
	return id, fields.Err()
}

// readWanted reads what an order wants reserved. Parameters that it does not know are left alone, so that an order-api
// of a later release is not refused.
func readWanted(r *http.Request) (wanted product.Wanted, err error) {
	if wanted.ID, err = reservationID(r); err != nil {
		return wanted, err
	}
	object, err := rest.ReadObject(r)
	if err != nil {
		return wanted, err
	}
	switch r.URL.Query().Get(contract.ReservationConfirmQuery) {
	case "true":
		wanted.Confirm = true
	case "", "false":
	default:
		object.Fields().Add(contract.ReservationConfirmQuery, "must be one of true false")
	}
	if text := r.Header.Get(contract.ExpectedTotalHeader); text != "" {
		total, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			object.Fields().Add(contract.ExpectedTotalHeader, "must be a whole number of cents")
		}
		wanted.Total = (*money.Cents)(&total)
	}
	wanted.Lifetime = contract.ReservationLifetime
	wanted.Lines = readLines(object)
	return wanted, object.Err()
}

func readLines(object rest.Object) (lines []product.Line) {
	seen := map[int64]bool{}
	for _, item := range object.Objects("items", product.MaxLines) {
		line := product.Line{
			ProductID: item.ID("product_id"),
			Quantity:  item.Int("quantity", 1, product.MaxQuantity),
		}
		if line.ProductID != 0 && seen[line.ProductID] {
			item.Fields().Add(item.Path("product_id"), "is listed twice")
		}
		seen[line.ProductID] = true
		lines = append(lines, line)
	}
	return lines
}

// reservations lists reservations page by page for a reconciliation: those that have taken stock, unless it asks for
// another status.
func (a *api) reservations(w http.ResponseWriter, r *http.Request) {
	const longest = 365 * 24 * 60 * 60 // seconds
	query := rest.ReadQuery(r)
	filter := product.ReservationFilter{
		After:    query.Text("after", product.MaxReservationID),
		Limit:    query.Int("limit", maxLimit, 1, maxLimit),
		MinAge:   time.Duration(query.Int("min_age", 0, 0, longest)) * time.Second,
		Statuses: []product.Hold{product.Held, product.Confirmed},
	}
	status := query.OneOf("status", string(product.Held), string(product.Confirmed), string(product.Released),
		string(product.Refused), string(product.Expired))
	if status != "" {
		filter.Statuses = []product.Hold{product.Hold(status)}
	}
	if err := query.Err(); err != nil {
		rest.Error(w, r, err)
		return
	}
	page, err := a.store.Reservations(r.Context(), filter)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	next := ""
	if len(page) == filter.Limit {
		next = page[len(page)-1].ID
	}
	rest.Write(w, r, http.StatusOK, struct {
		Reservations []product.Reservation `json:"reservations"`
		// Next is what to ask for after; it is absent from the last page.
		Next string `json:"next,omitempty"`
	}{append([]product.Reservation{}, page...), next})
}
