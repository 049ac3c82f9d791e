package sqlstore_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/order-api/order"
	"github.com/techcommerce/platform/apps/order-api/order/sqlstore"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

var now = time.UnixMilli(1_800_000_000_000)

// TestStore is what every store must do.
func TestStore(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		run  func(*testing.T, *sqlstore.Store)
	}{
		{"begins with the orders of the shop before", beginsWithOldOrders},
		{"keeps every field", keepsEveryField},
		{"keeps one order per key", keepsOnePerKey},
		{"lists the newest first, by customer and status", lists},
		{"does not find what is not there", findsNothing},
		{"changes all or nothing", changesAllOrNothing},
		{"changes one after the other", changesInTurn},
		{"claims what is due, for one claimer only", claims},
		{"tells the backlog", tellsBacklog},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, settings database.Settings) {
				store := sqlstore.New(databasetest.MustOpen(t, settings))
				must(t, store.Migrate(t.Context()))
				test.run(t, store)
			})
		})
	}
}

func beginsWithOldOrders(t *testing.T, s *sqlstore.Store) {
	page, total, err := s.List(t.Context(), order.Filter{Limit: 10})
	must(t, err)
	var got []string
	for _, o := range page {
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
	if !slices.Equal(got, want) || total != 3 {
		t.Errorf("first orders = %q, want %q", got, want)
	}
}

func keepsEveryField(t *testing.T, s *sqlstore.Store) {
	want := order.Order{
		Customer: "Änne", Items: []order.Item{{ProductID: 1, Name: "Laptop", Price: 99999, Quantity: 2}},
		Total: 199998, Status: order.Pending, Placed: now, Key: "k", Fingerprint: "f", Reservation: "r", Due: now,
	}
	kept, created, err := s.Insert(t.Context(), want)
	must(t, err)
	want.ID = 4
	if !created || !cmp.Equal(kept, want) {
		t.Errorf("Insert: created %t, %s", created, cmp.Diff(want, kept))
	}
	problem := &fault.Error{Kind: fault.Conflict, Message: "m", Fields: map[string]string{"a": "b"}}
	want.Problem, want.Due, want.Status = problem, time.Time{}, order.Rejected
	_, err = s.Change(t.Context(), want.ID, func(o *order.Order) error { *o = want; return nil })
	must(t, err)
	found, err := s.Find(t.Context(), want.ID)
	must(t, err)
	if !cmp.Equal(found, want) {
		t.Errorf("Find after Change: %s", cmp.Diff(want, found))
	}
}

func keepsOnePerKey(t *testing.T, s *sqlstore.Store) {
	var mu sync.Mutex
	ids, created := map[int64]bool{}, 0
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			kept, fresh, err := s.Insert(t.Context(), pending("one"))
			if err != nil {
				t.Errorf("insert: %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			ids[kept.ID] = true
			if fresh {
				created++
			}
		})
	}
	wait.Wait()
	if len(ids) != 1 || created != 1 {
		t.Errorf("eight orders with one key: ids %v, %d created, want one of each", ids, created)
	}
	insert(t, s, "")
	insert(t, s, "")
	if _, total, err := s.List(t.Context(), order.Filter{Limit: 1}); err != nil || total != 6 {
		t.Errorf("orders without a key are one each: %d in all, %v, want 6", total, err)
	}
}

func lists(t *testing.T, s *sqlstore.Store) {
	for _, test := range []struct {
		filter order.Filter
		want   []int64
		total  int
	}{
		{order.Filter{Limit: 2}, []int64{3, 2}, 3},
		{order.Filter{Limit: 2, Offset: 2}, []int64{1}, 3},
		{order.Filter{Limit: 9, Customer: "Jane Smith"}, []int64{2}, 1},
		{order.Filter{Limit: 9, Status: order.Delivered}, []int64{1}, 1},
		{order.Filter{Limit: 9, Status: order.Delivered, Customer: "Jane Smith"}, nil, 0},
	} {
		page, total, err := s.List(t.Context(), test.filter)
		must(t, err)
		var ids []int64
		for _, o := range page {
			ids = append(ids, o.ID)
		}
		if !slices.Equal(ids, test.want) || total != test.total {
			t.Errorf("List(%+v) = %v of %d, want %v of %d", test.filter, ids, total, test.want, test.total)
		}
	}
}

func findsNothing(t *testing.T, s *sqlstore.Store) {
	if _, err := s.Find(t.Context(), 99); !errors.Is(err, order.ErrNotFound) {
		t.Errorf("Find(99) = %v, want not found", err)
	}
	_, err := s.Change(t.Context(), 99, func(*order.Order) error { return nil })
	if !errors.Is(err, order.ErrNotFound) {
		t.Errorf("Change(99) = %v, want not found", err)
	}
}

func changesAllOrNothing(t *testing.T, s *sqlstore.Store) {
	refusal := errors.New("no")
	_, err := s.Change(t.Context(), 2, func(o *order.Order) error {
		o.Status = order.Shipped
		return refusal
	})
	found, findErr := s.Find(t.Context(), 2)
	must(t, findErr)
	if !errors.Is(err, refusal) || found.Status != order.Processing {
		t.Errorf("a refused change: %v, status %s, want processing", err, found.Status)
	}
}

func changesInTurn(t *testing.T, s *sqlstore.Store) {
	var wait sync.WaitGroup
	for range 10 {
		wait.Go(func() {
			_, err := s.Change(t.Context(), 1, func(o *order.Order) error { o.Total++; return nil })
			if err != nil {
				t.Errorf("change: %v", err)
			}
		})
	}
	wait.Wait()
	if found, err := s.Find(t.Context(), 1); err != nil || found.Total != 129998+10 {
		t.Errorf("total after ten additions of a cent = %s, %v, want 1300.08", found.Total, err)
	}
}

func claims(t *testing.T, s *sqlstore.Store) {
	for range 10 {
		insert(t, s, "")
	}
	if early, err := s.Claim(t.Context(), now.Add(-time.Second), now, 100); err != nil || len(early) != 0 {
		t.Errorf("claimed %d orders that are not due, %v", len(early), err)
	}
	var mu sync.Mutex
	claimed := map[int64]int{}
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			got, err := s.Claim(t.Context(), now, now.Add(time.Minute), 3)
			if err != nil {
				t.Errorf("claim: %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, o := range got {
				claimed[o.ID]++
			}
		})
	}
	wait.Wait()
	for id, times := range claimed {
		if times != 1 {
			t.Errorf("order %d was claimed %d times", id, times)
		}
	}
	rest, err := s.Claim(t.Context(), now, now.Add(time.Minute), 100)
	must(t, err)
	if len(claimed)+len(rest) != 10 {
		t.Errorf("%d and %d orders claimed, want 10 together", len(claimed), len(rest))
	}
	again, err := s.Claim(t.Context(), now.Add(time.Minute), now.Add(time.Hour), 100)
	must(t, err)
	if len(again) != 10 {
		t.Errorf("%d orders are due again after the lease, want 10", len(again))
	}
}

func tellsBacklog(t *testing.T, s *sqlstore.Store) {
	empty, err := s.Backlog(t.Context())
	must(t, err)
	insert(t, s, "")
	insert(t, s, "")
	full, err := s.Backlog(t.Context())
	must(t, err)
	if empty.Count != 0 || !empty.Oldest.IsZero() || full.Count != 2 || !full.Oldest.Equal(now) {
		t.Errorf("Backlog = %+v, then %+v, want none, then 2 since %s", empty, full, now)
	}
}

func pending(key string) order.Order {
	return order.Order{
		Customer: "Ann", Items: []order.Item{{ProductID: 1, Quantity: 1}}, Status: order.Pending, Placed: now,
		Key: key, Fingerprint: "f", Reservation: "r", Due: now,
	}
}

func insert(t *testing.T, s *sqlstore.Store, key string) order.Order {
	t.Helper()
	kept, _, err := s.Insert(t.Context(), pending(key))
	must(t, err)
	return kept
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
