package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/order-api/order"
)

// ended inserts an order, takes it to a status, and makes it a week old.
func ended(t *testing.T, s tested, key string, to order.Status, released bool) int64 {
	t.Helper()
	o := insert(t, s, key, time.Minute)
	_, moved, err := s.Move(t.Context(), o.ID, order.Transition{To: to})
	must(t, err)
	if !moved {
		t.Fatalf("order %d does not become %s", o.ID, to)
	}
	if released {
		must(t, s.Released(t.Context(), o.ID))
	}
	s.run(t, fmt.Sprintf(`UPDATE orders SET placed_at = placed_at - %d WHERE id = %d`, (7*24*time.Hour).Milliseconds(), o.ID))
	return o.ID
}

// forget takes an order's key away, as its retention does.
func (s tested) forget(t *testing.T, id int64) {
	t.Helper()
	if _, _, err := s.ForgetKeys(t.Context(), id-1, time.Hour, 1); err != nil {
		t.Fatal(err)
	}
}

// erasesOld leaves alone what is young, what has not ended, what has stock to give back, and what is known by its key.
func erasesOld(t *testing.T, s tested) {
	s.run(t, `UPDATE orders SET customer = 'Erased'`) // those of the shop before, which are old
	gone := ended(t, s, "a", order.Cancelled, true)
	kept := []int64{
		ended(t, s, "b", order.Confirmed, false), ended(t, s, "c", order.Cancelled, false), ended(t, s, "d", order.Cancelled, true),
	}
	for _, id := range append([]int64{gone}, kept[:2]...) {
		s.forget(t, id)
	}
	young := insert(t, s, "e", time.Minute).ID
	_, _, err := s.Move(t.Context(), young, order.Transition{To: order.Rejected})
	must(t, err)
	must(t, s.Released(t.Context(), young))
	total := 0
	sweep := func() (seen int64) {
		for range 20 {
			last, count, err := s.EraseOld(t.Context(), seen, 6*24*time.Hour, 2)
			must(t, err)
			if total += count; last == 0 {
				return seen
			}
			seen = last
		}
		t.Fatal("there is no end to it")
		return 0
	}
	if seen := sweep(); total != 1 || seen != kept[2] {
		t.Errorf("%d orders were erased up to %d, want one up to %d", total, seen, kept[2])
	}
	if found, err := s.Find(t.Context(), gone); err != nil || found.Customer != "Erased" || found.Access != "" || len(found.Items) == 0 {
		t.Errorf("the old order is %+v, %v", found, err)
	}
	for _, id := range append(kept, young) {
		if found, err := s.Find(t.Context(), id); err != nil || found.Customer == "Erased" {
			t.Errorf("order %d is %+v, %v, want it left alone", id, found, err)
		}
	}
	if sweep(); total != 1 {
		t.Errorf("%d orders were erased in two times, want one", total)
	}
}

func deletesRejected(t *testing.T, s tested) {
	var gone []int64
	for _, key := range []string{"a", "b", "c"} {
		id := ended(t, s, key, order.Rejected, true)
		s.forget(t, id)
		gone = append(gone, id)
	}
	kept := []int64{
		ended(t, s, "d", order.Rejected, true), ended(t, s, "e", order.Rejected, false), ended(t, s, "f", order.Cancelled, true),
		ended(t, s, "g", order.Confirmed, false),
	}
	for _, id := range kept[1:] {
		s.forget(t, id)
	}
	for _, want := range []int{2, 1, 0} {
		if deleted, err := s.DeleteRejected(t.Context(), 6*24*time.Hour, 2); err != nil || deleted != want {
			t.Errorf("%d were deleted, %v, want %d", deleted, err, want)
		}
	}
	if deleted, err := s.DeleteRejected(context.Background(), 8*24*time.Hour, 100); err != nil || deleted != 0 {
		t.Errorf("of the young ones %d were deleted, %v", deleted, err)
	}
	for _, id := range gone {
		if _, err := s.Find(t.Context(), id); !errors.Is(err, order.ErrNotFound) {
			t.Errorf("order %d: %v, want it gone", id, err)
		}
	}
	for _, id := range kept {
		if _, err := s.Find(t.Context(), id); err != nil {
			t.Errorf("order %d: %v, want it kept", id, err)
		}
	}
}
