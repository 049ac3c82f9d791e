package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/money"
	"github.com/techcommerce/platform/apps/order-api/order"
	"github.com/techcommerce/platform/apps/order-api/order/sqlstore"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// tested is a store, and the database under it to do to it what nobody should.
type tested struct {
	*sqlstore.Store
	db *database.DB
}

// run changes the database behind the store's back.
func (s tested) run(t *testing.T, statement string, args ...any) {
	t.Helper()
	_, err := database.Write(t.Context(), s.db, func(ctx context.Context, tx *sql.Tx) (database.None, error) {
		_, err := tx.ExecContext(ctx, statement, args...)
		return database.None{}, err
	})
	must(t, err)
}

// TestStore is what every store must do.
func TestStore(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		run  func(*testing.T, tested)
	}{
		{"begins a demo with its orders", beginsWithOldOrders},
		{"keeps every field", keepsEveryField},
		{"keeps one order per key", keepsOnePerKey},
		{"keeps keys apart by caller", keepsKeysByCaller},
		{"finds keys of the release before", findsOlderKeys},
		{"leaves keys where the release before finds them", leavesKeysForOlder},
		{"forgets keys after their time", forgetsKeys},
		{"lists the newest first, by customer and status", lists},
		{"shows each order once while orders arrive", showsEachOrderOnce},
		{"counts orders by status", countsByStatus},
		{"erases customers", erasesCustomers},
		{"erases customers of old orders", erasesOld},
		{"deletes old rejected orders", deletesRejected},
		{"does not find what is not there", findsNothing},
		{"moves along the status machine only", moves},
		{"moves once, whoever tries", movesOnce},
		{"records when an order came to each status", recordsHistory},
		{"moves within the lease only", movesInLease},
		{"takes what is due, for one only", takes},
		{"postpones what is its own", postpones},
		{"claims what is due, for one claimer only", claims},
		{"survives what cannot be read", survivesDamage},
		{"tells the backlog", tellsBacklog},
		{"finds orders by reservation, and from the newest down", findsByReservation},
		{"schedules work for one at a time", schedules},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			databasetest.EachStore(t, func(t *testing.T, settings database.Settings) {
				db := databasetest.MustOpen(t, settings)
				test.run(t, tested{mustStart(t, sqlstore.New(db)), db})
			})
		})
	}
}

// mustStart does what a demo does at its start.
func mustStart(t *testing.T, store *sqlstore.Store) *sqlstore.Store {
	t.Helper()
	must(t, store.Migrate(t.Context()))
	_, err := store.Seed(t.Context())
	must(t, err)
	return store
}

func beginsWithOldOrders(t *testing.T, s tested) {
	page, err := s.List(t.Context(), order.Filter{Limit: 10})
	must(t, err)
	var got []string
	for _, o := range page.Orders {
		got = append(got, fmt.Sprintf("%d %s %s %s %s", o.ID, o.Customer, o.Total, o.Status,
			o.Placed.UTC().Format(time.DateOnly)))
		sum := int64(0)
		for _, item := range o.Items {
			sum += int64(item.Price) * item.Quantity
		}
		if sum != int64(o.Total) {
			t.Errorf("order %d: items add up to %d cents, total is %s", o.ID, sum, o.Total)
		}
		if !o.Due.IsZero() || o.Reservation != "" {
			t.Errorf("order %d could touch stock: %+v", o.ID, o)
		}
	}
	want := []string{"3 Bob Johnson 599.97 shipped 2024-10-08", "2 Jane Smith 79.99 processing 2024-10-10",
		"1 John Doe 1299.98 delivered 2024-10-01"}
	if !slices.Equal(got, want) || page.Total != 3 {
		t.Errorf("first orders = %q, want %q", got, want)
	}
	cancelled, moved, err := s.Move(t.Context(), 2, order.Transition{To: order.Cancelled})
	must(t, err)
	if !moved || !cancelled.Due.IsZero() {
		t.Errorf("the old order, cancelled: moved %t, %+v, want nothing left to release", moved, cancelled)
	}
}

func keepsEveryField(t *testing.T, s tested) {
	expected := money.Cents(199998)
	want := order.Order{
		Customer: "Änne", Items: []order.Item{{ProductID: 1, Name: "Laptop", Price: 99999, Quantity: 2}},
		Key: "k", Scope: "s", Fingerprint: "f", Reservation: "r", Expected: &expected,
	}
	begun := time.Now()
	kept, created, err := s.Insert(t.Context(), want, time.Minute)
	must(t, err)
	want.ID, want.Status, want.Placed, want.Due = 4, order.Pending, kept.Placed, kept.Due
	if !created || !cmp.Equal(kept, want) {
		t.Errorf("Insert: created %t, %s", created, cmp.Diff(want, kept))
	}
	if kept.Placed.Sub(begun).Abs() > 10*time.Second || kept.Due.Sub(kept.Placed).Round(time.Second) != time.Minute {
		t.Errorf("placed %s, due %s, want the lease of a minute from %s", kept.Placed, kept.Due, begun)
	}
	problem := &fault.Error{Kind: fault.Conflict, Message: "m", Fields: map[string]string{"a": "b"}}
	moved, ok, err := s.Move(t.Context(), want.ID, order.Transition{
		To: order.Rejected, Problem: problem, Items: []order.Item{{ProductID: 2, Quantity: 1}}, Total: 7,
	})
	must(t, err)
	want.Problem, want.Due, want.Status, want.Total = problem, moved.Due, order.Rejected, 7
	want.History = moved.History
	want.Items = []order.Item{{ProductID: 2, Quantity: 1}}
	found, err := s.Find(t.Context(), want.ID)
	must(t, err)
	if !ok || moved.Due.IsZero() || !cmp.Equal(found, want) || !cmp.Equal(moved, want) {
		t.Errorf("Find after Move: %s", cmp.Diff(want, found))
	}
	must(t, s.Released(t.Context(), want.ID))
	if found, err = s.Find(t.Context(), want.ID); err != nil || !found.Due.IsZero() {
		t.Errorf("once it is released: %+v, %v, want nothing left to do", found, err)
	}
}

func findsNothing(t *testing.T, s tested) {
	if _, err := s.Find(t.Context(), 99); !errors.Is(err, order.ErrNotFound) {
		t.Errorf("Find(99) = %v, want not found", err)
	}
	if _, _, err := s.Move(t.Context(), 99, order.Transition{To: order.Cancelled}); !errors.Is(err, order.ErrNotFound) {
		t.Errorf("Move(99) = %v, want not found", err)
	}
}

func recordsHistory(t *testing.T, s tested) {
	o := insert(t, s, "k", time.Minute)
	if len(o.History) > 0 {
		t.Errorf("a new order has been somewhere: %v", o.History)
	}
	for _, to := range []order.Status{order.Confirmed, order.Processing, order.Delivered, order.Cancelled, order.Cancelled} {
		_, _, err := s.Move(t.Context(), o.ID, order.Transition{To: to})
		must(t, err)
	}
	found, err := s.Find(t.Context(), o.ID)
	must(t, err)
	var got []order.Status
	last := found.Placed
	for _, event := range found.History {
		got = append(got, event.Status)
		if event.At.Before(last) || event.At.Sub(found.Placed) > time.Minute {
			t.Errorf("%s at %s, after what was at %s", event.Status, event.At, last)
		}
		last = event.At
	}
	// It cannot be delivered before it is shipped, nor cancelled twice.
	if want := []order.Status{order.Confirmed, order.Processing, order.Cancelled}; !slices.Equal(got, want) {
		t.Errorf("it was %v, want %v", got, want)
	}
	s.run(t, `UPDATE orders SET history = 'confirmed@soon processing@1 ' WHERE id = $1`, o.ID)
	found, err = s.Find(t.Context(), o.ID)
	must(t, err)
	if found.Damaged != nil || len(found.History) != 1 || found.History[0].Status != order.Processing {
		t.Errorf("with a history that cannot be read: %+v, want what can be", found)
	}
}

func survivesDamage(t *testing.T, s tested) {
	bad, good := insert(t, s, "bad", 0), insert(t, s, "good", 0)
	s.run(t, `UPDATE orders SET items = 'no JSON' WHERE id = $1`, bad.ID)
	list, err := s.List(t.Context(), order.Filter{Limit: 2})
	must(t, err)
	page := list.Orders
	if len(page) != 2 || page[0].ID != good.ID || page[0].Damaged != nil || page[1].ID != bad.ID || page[1].Damaged == nil {
		t.Errorf("List = %+v, want both, and the damaged one to say so", page)
	}
	claimed, err := s.Claim(t.Context(), time.Minute, 10)
	must(t, err)
	if len(claimed) != 2 {
		t.Errorf("%d orders claimed, want both", len(claimed))
	}
	for _, o := range claimed {
		if o.Key == "" || (o.Damaged != nil) != (o.ID == bad.ID) {
			t.Errorf("claimed %+v, want the damaged one to say so", o)
		}
	}
	s.run(t, `UPDATE orders SET items = '[]', problem = '{' WHERE id = $1`, bad.ID)
	if found, err := s.Find(t.Context(), bad.ID); err != nil || found.Damaged == nil || found.Problem == nil {
		t.Errorf("with a reason that cannot be read: %+v, %v, want it damaged", found, err)
	}
}

// TestSQLiteSurvivesWrongTypes is about what only SQLite lets happen.
func TestSQLiteSurvivesWrongTypes(t *testing.T) {
	t.Parallel()
	db := databasetest.MustOpen(t, databasetest.SQLite(t))
	s := tested{mustStart(t, sqlstore.New(db)), db}
	bad := insert(t, s, "bad", 0)
	insert(t, s, "good", 0)
	s.run(t, `UPDATE orders SET total_cents = 'much' WHERE id = $1`, bad.ID)
	list, err := s.List(t.Context(), order.Filter{Limit: 2})
	must(t, err)
	page := list.Orders
	if len(page) != 2 || page[1].ID != bad.ID || page[1].Damaged == nil || page[1].Status != order.Pending {
		t.Errorf("List = %+v, want both, and the damaged one to say so", page)
	}
	if claimed, err := s.Claim(t.Context(), time.Minute, 10); err != nil || len(claimed) != 2 || claimed[0].Key == "" {
		t.Errorf("Claim = %+v, %v, want both with their keys", claimed, err)
	}
}

func tellsBacklog(t *testing.T, s tested) {
	empty, err := s.Backlog(t.Context())
	must(t, err)
	first := insert(t, s, "", time.Minute)
	insert(t, s, "", time.Minute)
	s.run(t, `UPDATE orders SET placed_at = placed_at - 60000 WHERE id = $1`, first.ID)
	full, err := s.Backlog(t.Context())
	must(t, err)
	if empty.Count != 0 || empty.Oldest != 0 || full.Count != 2 || full.Oldest.Round(30*time.Second) != time.Minute {
		t.Errorf("Backlog = %+v, then %+v, want none, then 2 for a minute", empty, full)
	}
}

func findsByReservation(t *testing.T, s tested) {
	o := insert(t, s, "", time.Minute)
	s.run(t, `UPDATE orders SET reservation = 'here' WHERE id = $1`, o.ID)
	found, err := s.ByReservation(t.Context(), []string{"nowhere", "here"})
	if err != nil || len(found) != 1 || found[0].ID != o.ID {
		t.Errorf("ByReservation = %+v, %v, want order %d", found, err, o.ID)
	}
	page, err := s.Before(t.Context(), o.ID, 2)
	if err != nil || len(page) != 2 || page[0].ID != 3 || page[1].ID != 2 || page[0].Age < 365*24*time.Hour {
		t.Errorf("Before = %+v, %v, want orders 3 and 2 of years ago", page, err)
	}
}

func pending(key string) order.Order {
	return order.Order{
		Customer: "Ann", Items: []order.Item{{ProductID: 1, Quantity: 1}}, Key: key, Fingerprint: "f", Reservation: "r",
	}
}

func insert(t *testing.T, s tested, key string, lease time.Duration) order.Order {
	t.Helper()
	kept, _, err := s.Insert(t.Context(), pending(key), lease)
	must(t, err)
	return kept
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
