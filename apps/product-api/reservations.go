package main

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
	"github.com/techcommerce/platform/apps/product-api/product"
)

func (a *api) reserve(w http.ResponseWriter, r *http.Request) {
	id := mux.Vars(r)["id"]
	lines, err := readLines(r)
	if err == nil && len(id) > product.MaxReservationID {
		err = fault.New(fault.Invalid, "Reservation id is too long")
	}
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	until := a.now().Add(contract.ReservationLifetime)
	reserved, err := a.store.Reserve(r.Context(), id, lines, until)
	a.forgetAndWrite(w, r, reserved, err)
}

func (a *api) confirm(w http.ResponseWriter, r *http.Request) {
	confirmed, err := a.store.Confirm(r.Context(), mux.Vars(r)["id"])
	writeReservation(w, r, confirmed, err)
}

func (a *api) release(w http.ResponseWriter, r *http.Request) {
	released, err := a.store.Release(r.Context(), mux.Vars(r)["id"])
	a.forgetAndWrite(w, r, released, err)
}

// forgetAndWrite is for what may have changed stock.
func (a *api) forgetAndWrite(w http.ResponseWriter, r *http.Request, reservation product.Reservation, err error) {
	a.answers.forget()
	writeReservation(w, r, reservation, err)
}

func writeReservation(w http.ResponseWriter, r *http.Request, reservation product.Reservation, err error) {
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	rest.Write(w, r, http.StatusOK, reservation)
}

func readLines(r *http.Request) ([]product.Line, error) {
	object, err := rest.ReadObject(r)
	if err != nil {
		return nil, err
	}
	var lines []product.Line
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
	return lines, object.Err()
}

// expiry gives back what orders reserved and never confirmed.
type expiry struct {
	store product.Store
	log   *slog.Logger
}

func (e expiry) run(ctx context.Context) error {
	const pause = 15 * time.Second
	for ticker := time.NewTicker(pause); ; {
		expired, err := e.store.Expire(ctx, time.Now())
		if err != nil && ctx.Err() == nil {
			e.log.WarnContext(ctx, "reservations could not be expired", "error.message", err.Error())
		}
		if expired > 0 {
			e.log.InfoContext(ctx, "reservations expired", "count", expired)
		}
		select {
		case <-ctx.Done():
			ticker.Stop()
			return nil
		case <-ticker.C:
		}
	}
}
