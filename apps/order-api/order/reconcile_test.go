package order_test

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/money"
	"github.com/techcommerce/platform/apps/order-api/order"
	"github.com/techcommerce/platform/apps/product-api/product"
)

// aged is an inventory without a wire whose reservations have all stood for long.
type aged struct{ stock product.Store }

func (i aged) Reserve(ctx context.Context, id string, items []order.Item, expected *money.Cents) (
	order.Reservation, error,
) {
	return inventory{&world{stock: i.stock}}.Reserve(ctx, id, items, expected)
}

func (i aged) Confirm(ctx context.Context, id string) error {
	_, err := i.stock.Confirm(ctx, id)
	return err
}

func (i aged) Release(ctx context.Context, id string) error {
	_, err := i.stock.Release(ctx, id)
	return err
}

func (i aged) Reservations(ctx context.Context, after string, most int, _ time.Duration) ([]order.Held, error) {
	return inventory{&world{stock: i.stock}}.Reservations(ctx, after, min(most, 2), 0) // small pages, so that there are many
}

// ledger is a shop whose two sides can be made to disagree.
type ledger struct {
	*order.Service
	stock product.Store
	now   time.Time
}

func mustLedger(t *testing.T, stock, orders database.Settings) *ledger {
	t.Helper()
	l := &ledger{now: time.Now()}
	products, store := mustStores(t, stock, orders, func() time.Time { return l.now })
	l.stock = products
	l.Service = &order.Service{
		Store: store, Inventory: aged{products}, MaxAge: 24 * time.Hour,
		Ended: func(order.Status) {}, SetAside: func() {}, Wake: func() {},
		Log: slog.New(slog.NewJSONHandler(io.Discard, nil)),
	}
	return l
}

func (l *ledger) order(t *testing.T, quantity int64) order.Order {
	t.Helper()
	placed, _, err := l.Place(t.Context(), order.Draft{
		Customer: "Ann", Items: []order.Item{{ProductID: 2, Quantity: quantity}},
	})
	must(t, err)
	return placed
}

// disagree makes one difference of each kind and returns them.
func (l *ledger) disagree(t *testing.T) (want []order.Difference) {
	t.Helper()
	reserve := func(name string) {
		_, err := l.stock.Reserve(t.Context(), product.Wanted{
			ID: name, Lines: []product.Line{{ProductID: 2, Quantity: 5}}, Confirm: true,
		})
		must(t, err)
	}
	reserve("ZZ-FORGOTTEN")
	want = append(want, order.Difference{Kind: order.ReservationWithoutOrder, Reservation: "ZZ-FORGOTTEN"})

	lost := l.order(t, 3)
	must(t, l.Inventory.Release(t.Context(), lost.Reservation))
	want = append(want, order.Difference{Kind: order.OrderWithoutReservation, Order: lost.ID, Reservation: lost.Reservation})

	ended, _, err := l.Store.Insert(t.Context(), order.Order{Customer: "Ann", Reservation: "ZZ-ENDED"}, time.Minute)
	must(t, err)
	_, _, err = l.Store.Move(t.Context(), ended.ID, order.Transition{To: order.Rejected})
	must(t, err)
	must(t, l.Store.Released(t.Context(), ended.ID))
	reserve("ZZ-ENDED")
	want = append(want, order.Difference{Kind: order.ReservationOfEndedOrder, Order: ended.ID, Reservation: "ZZ-ENDED"})

	other, _, err := l.Store.Insert(t.Context(), order.Order{Customer: "Ann", Reservation: "ZZ-OTHER"}, time.Minute)
	must(t, err)
	_, _, err = l.Store.Move(t.Context(), other.ID, order.Transition{
		To: order.Confirmed, Items: []order.Item{{ProductID: 2, Quantity: 1}}, Total: 1,
	})
	must(t, err)
	reserve("ZZ-OTHER")
	return append(want, order.Difference{Kind: order.QuantitiesDiffer, Order: other.ID, Reservation: "ZZ-OTHER"})
}

// TestReconcile makes every kind of difference, beside orders that agree, and has them named and repaired.
func TestReconcile(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, stock database.Settings) {
		orders := databasetest.SQLite(t)
		l := mustLedger(t, stock, orders)
		for range 5 {
			l.order(t, 1)
		}
		pending, _, err := l.Store.Insert(t.Context(), order.Order{Customer: "Ann", Reservation: "ZZ-PENDING"}, time.Minute)
		must(t, err)
		_, err = l.Inventory.Reserve(t.Context(), pending.Reservation, []order.Item{{ProductID: 2, Quantity: 1}}, nil)
		must(t, err)
		if report := l.reconcile(t, nil); len(report.Differences) != 0 {
			t.Errorf("where all agree: %+v", report)
		}
		want := l.disagree(t)
		l.now = l.now.Add(10 * time.Minute)

		report := l.reconcile(t, nil)
		if diff := cmp.Diff(want, report.Differences, sorted); diff != "" {
			t.Errorf("differences: %s", diff)
		}
		if report.Orders < 7 || report.Reservations < 9 {
			t.Errorf("compared %d orders and %d reservations, want all", report.Orders, report.Reservations)
		}
		repair := map[order.Kind]bool{}
		for _, kind := range order.Kinds() {
			repair[kind] = true
		}
		for i, d := range want {
			switch {
			case d.Kind == order.QuantitiesDiffer:
				want[i].Problem = "quantities_differ is for a person to repair"
			case d.Kind == order.OrderWithoutReservation:
				want[i].Problem = "reservation " + d.Reservation + ": reserve: Reservation was released"
			default:
				want[i].Repaired = true
			}
		}
		if diff := cmp.Diff(want, l.reconcile(t, repair).Differences, sorted); diff != "" {
			t.Errorf("repaired: %s", diff)
		}
		if left := l.reconcile(t, nil); left.Count(order.ReservationWithoutOrder) != 0 ||
			left.Count(order.ReservationOfEndedOrder) != 0 || len(left.Differences) != 2 {
			t.Errorf("after the repair: %+v, want the two that nobody can repair", left)
		}
	})
}

// TestReconcileAfterProductsWereRestored has confirmed orders whose reservations nobody has heard of.
func TestReconcileAfterProductsWereRestored(t *testing.T) {
	t.Parallel()
	l := mustLedger(t, databasetest.SQLite(t), databasetest.SQLite(t))
	placed := l.order(t, 3)
	restored := mustLedger(t, databasetest.SQLite(t), databasetest.SQLite(t))
	l.Inventory = restored.Inventory
	l.now = l.now.Add(10 * time.Minute)
	report := l.reconcile(t, map[order.Kind]bool{order.OrderWithoutReservation: true})
	want := []order.Difference{{
		Kind: order.OrderWithoutReservation, Order: placed.ID, Reservation: placed.Reservation, Repaired: true,
	}}
	if diff := cmp.Diff(want, report.Differences); diff != "" {
		t.Errorf("differences: %s", diff)
	}
	left, err := restored.stock.Find(t.Context(), 2)
	must(t, err)
	if again := l.reconcile(t, nil); len(again.Differences) != 0 || left.Stock != 197 {
		t.Errorf("after the repair: %+v, stock %d, want the stock taken anew", again, left.Stock)
	}
}

var sorted = cmpopts.SortSlices(func(a, b order.Difference) bool {
	return slices.Index(order.Kinds(), a.Kind) < slices.Index(order.Kinds(), b.Kind)
})

func (l *ledger) reconcile(t *testing.T, repair map[order.Kind]bool) order.Report {
	t.Helper()
	report, err := l.Reconcile(t.Context(), order.Reconciliation{Window: 72 * time.Hour, Repair: repair})
	must(t, err)
	return report
}
