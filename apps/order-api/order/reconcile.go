package order

import (
	"context"
	"fmt"
	"hash/maphash"
	"maps"
	"math"
	"time"
)

// Kind is a way in which orders and reservations may differ. None of them happens by itself: a difference is a fault, or
// the trace of a database that was restored.
type Kind string

// The kinds of differences.
const (
	// ReservationWithoutOrder is stock that is reserved for an order that nobody knows: orders were restored from a
	// backup that is older than it.
	ReservationWithoutOrder Kind = "reservation_without_order"
	// ReservationOfEndedOrder is stock that is reserved for an order that was rejected or cancelled. No step leads back
	// from there, so to release it is always right.
	ReservationOfEndedOrder Kind = "reservation_of_ended_order"
	// OrderWithoutReservation is an order that was promised and has no stock: products were restored.
	OrderWithoutReservation Kind = "order_without_reservation"
	// QuantitiesDiffer is an order with stock for something else than was ordered.
	QuantitiesDiffer Kind = "quantities_differ"
)

// Kinds lists all of them.
func Kinds() []Kind {
	return []Kind{ReservationWithoutOrder, ReservationOfEndedOrder, OrderWithoutReservation, QuantitiesDiffer}
}

// Difference is one order or reservation that does not agree with the other side. Order is 0 where there is none.
type Difference struct {
	Kind        Kind   `json:"kind"`
	Order       int64  `json:"order,omitempty"`
	Reservation string `json:"reservation"`
	Repaired    bool   `json:"repaired"`
	// Problem is why it could not be repaired.
	Problem string `json:"problem,omitempty"`
}

// Reconciliation says what to compare and what to repair.
type Reconciliation struct {
	// Window is how far back to look.
	Window time.Duration
	// Repair has the kinds to repair: ReservationWithoutOrder and ReservationOfEndedOrder by releasing,
	// OrderWithoutReservation by reserving anew. QuantitiesDiffer nobody repairs but a person.
	Repair map[Kind]bool
}

// Report is what a reconciliation has compared and found.
type Report struct {
	Orders       int          `json:"orders"`
	Reservations int          `json:"reservations"`
	Differences  []Difference `json:"differences"`
}

// Count is how many differences of a kind there are. Those that were repaired were differences too.
func (r Report) Count(kind Kind) (count int) {
	for _, d := range r.Differences {
		if d.Kind == kind {
			count++
		}
	}
	return count
}

// Times and sizes of a reconciliation.
const (
	// settled is how long both sides must have been as they are: what changes right now is not compared.
	settled  = time.Minute
	pageSize = 500
)

// reconciler is one reconciliation under way.
type reconciler struct {
	*Service
	Reconciliation
	Report
	// confirmed has a sum of each confirmed reservation's name. A million of them take some tens of megabytes.
	confirmed map[uint64]struct{}
	seed      maphash.Seed
	begun     time.Time
}

// Reconcile compares all orders and reservations of the window with each other, page by page, and repairs what it is
// told to. Each difference is looked at again before it counts: pages of the two sides are not of the same moment.
func (s *Service) Reconcile(ctx context.Context, what Reconciliation) (Report, error) {
	r := &reconciler{
		Service: s, Reconciliation: what, Report: Report{Differences: []Difference{}},
		confirmed: map[uint64]struct{}{}, seed: maphash.MakeSeed(), begun: time.Now(),
	}
	if err := r.reservations(ctx); err != nil {
		return r.Report, fmt.Errorf("reconcile: reservations: %w", err)
	}
	if err := r.orders(ctx); err != nil {
		return r.Report, fmt.Errorf("reconcile: orders: %w", err)
	}
	return r.Report, nil
}

// reservations looks for the order of each reservation.
func (r *reconciler) reservations(ctx context.Context) error {
	for after := reservationsSince(r.begun.Add(-r.Window)); ; {
		page, err := r.Inventory.Reservations(ctx, after, pageSize, settled)
		if err != nil || len(page) == 0 {
			return err
		}
		orders, err := r.ordersOf(ctx, page)
		if err != nil {
			return err
		}
		for _, held := range page {
			if held.Confirmed {
				r.confirmed[maphash.String(r.seed, held.Name)] = struct{}{}
			}
			o := orders[held.Name]
			if kind := compare(held, o); kind != "" {
				if err := r.difference(ctx, kind, held.Name, o.ID); err != nil {
					return err
				}
			}
		}
		r.Report.Reservations += len(page)
		after = page[len(page)-1].Name
	}
}

func (r *reconciler) ordersOf(ctx context.Context, page []Held) (map[string]Order, error) {
	var names []string
	for _, held := range page {
		names = append(names, held.Name)
	}
	found, err := r.Store.ByReservation(ctx, names)
	orders := map[string]Order{}
	for _, o := range found {
		orders[o.Reservation] = o
	}
	return orders, err
}

// compare is how a reservation and its order differ, empty if they do not. An order without an id is none.
func compare(held Held, o Order) Kind {
	switch {
	case o.ID == 0:
		return ReservationWithoutOrder
	case o.Status.ReturnsStock() && o.Due.IsZero():
		return ReservationOfEndedOrder
	case o.Status.Sold() && held.Confirmed && o.Damaged == nil && !maps.Equal(quantities(held.Items), quantities(o.Items)):
		return QuantitiesDiffer
	}
	return ""
}

func quantities(items []Item) map[int64]int64 {
	sum := map[int64]int64{}
	for _, item := range items {
		sum[item.ProductID] += item.Quantity
	}
	return sum
}

// orders looks for the reservation of each order that was promised.
func (r *reconciler) orders(ctx context.Context) error {
	for before := int64(math.MaxInt64); ; {
		page, err := r.Store.Before(ctx, before, pageSize)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, o := range page {
			if o.Age > r.Window {
				return nil
			}
			if !o.Status.Sold() || o.Reservation == "" || o.Age < settled+time.Since(r.begun) {
				continue
			}
			r.Report.Orders++
			if _, ok := r.confirmed[maphash.String(r.seed, o.Reservation)]; ok {
				continue
			}
			if err := r.difference(ctx, OrderWithoutReservation, o.Reservation, o.ID); err != nil {
				return err
			}
		}
		before = page[len(page)-1].ID
	}
}

// difference looks once more at both sides, and if they still differ, notes it and repairs it if that is wanted.
func (r *reconciler) difference(ctx context.Context, kind Kind, reservation string, id int64) error {
	still, o, err := r.still(ctx, kind, reservation)
	if err != nil || !still {
		return err
	}
	d := Difference{Kind: kind, Order: id, Reservation: reservation}
	if r.Repair[kind] {
		err := r.repair(ctx, kind, reservation, o)
		d.Repaired = err == nil
		if err != nil {
			d.Problem = err.Error()
		}
	}
	r.Log.WarnContext(ctx, "reconciliation: an order and its reservation differ", "kind", string(kind), "order", id,
		"reservation", reservation, "repaired", d.Repaired)
	r.Differences = append(r.Differences, d)
	return nil
}

// still asks both sides for this one again, the order first: a reservation is made after its order and released before
// the order is done with.
func (r *reconciler) still(ctx context.Context, kind Kind, reservation string) (bool, Order, error) {
	orders, err := r.Store.ByReservation(ctx, []string{reservation})
	if err != nil {
		return false, Order{}, err
	}
	var o Order
	if len(orders) > 0 {
		o = orders[0]
	}
	// The name without its end comes just before it.
	page, err := r.Inventory.Reservations(ctx, reservation[:len(reservation)-1], 1, 0)
	if err != nil {
		return false, o, err
	}
	there := len(page) == 1 && page[0].Name == reservation
	if kind == OrderWithoutReservation {
		return o.Status.Sold() && !(there && page[0].Confirmed), o, nil
	}
	return there && compare(page[0], o) == kind, o, nil
}

func (r *reconciler) repair(ctx context.Context, kind Kind, reservation string, o Order) error {
	switch kind {
	case ReservationWithoutOrder, ReservationOfEndedOrder:
		return r.Inventory.Release(ctx, reservation)
	case OrderWithoutReservation:
		reserved, err := r.Inventory.Reserve(ctx, reservation, o.Items, nil)
		if err == nil && !reserved.Confirmed {
			err = r.Inventory.Confirm(ctx, reservation)
		}
		return err
	}
	return fmt.Errorf("%s is for a person to repair", kind)
}
