package sqlstore_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/techcommerce/platform/apps/order-api/order"
)

// erasesCustomers: who has ended orders is in none of them any more, and what they bought stays.
func erasesCustomers(t *testing.T, s tested) {
	place := func(customer, key string, step order.Status, released bool) order.Order {
		t.Helper()
		kept, _, err := s.Insert(t.Context(), order.Order{
			Customer: customer, Items: []order.Item{{ProductID: 1, Name: "Laptop", Price: 99999, Quantity: 1}}, Total: 99999,
			Key: key, Scope: "ada", Fingerprint: "f", Reservation: key, Owner: "o", Access: "a",
		}, time.Minute)
		must(t, err)
		if step != order.Pending {
			kept, _, err = s.Move(t.Context(), kept.ID, order.Transition{To: step})
			must(t, err)
		}
		if released {
			must(t, s.Released(t.Context(), kept.ID))
			kept, err = s.Find(t.Context(), kept.ID)
			must(t, err)
		}
		return kept
	}
	ended := place("Ada", "1", order.Cancelled, true)
	others := []order.Order{
		place("Ada", "2", order.Pending, false), place("Ada", "3", order.Confirmed, false),
		place("Ada", "4", order.Cancelled, false), place("Ada L", "5", order.Cancelled, true),
	}
	for _, want := range []int{1, 0} {
		if erased, left, err := s.Erase(t.Context(), "Ada"); err != nil || erased != want || left != 3 {
			t.Errorf("Erase: %d erased, %d left, %v, want %d and 3", erased, left, err, want)
		}
	}
	want := ended
	want.Customer, want.Key, want.Scope, want.Fingerprint, want.Owner, want.Access = "Erased", "", "", "", "", ""
	if found, err := s.Find(t.Context(), ended.ID); err != nil || !cmp.Equal(found, want) {
		t.Errorf("the ended order: %v, %s", err, cmp.Diff(want, found))
	}
	for _, want := range others {
		if found, err := s.Find(t.Context(), want.ID); err != nil || !cmp.Equal(found, want) {
			t.Errorf("an order that is not to be erased: %v, %s", err, cmp.Diff(want, found))
		}
	}
	must(t, s.Released(t.Context(), others[2].ID))
	if erased, left, err := s.Erase(t.Context(), "Ada"); err != nil || erased != 1 || left != 2 {
		t.Errorf("once another has ended: %d erased, %d left, %v, want 1 and 2", erased, left, err)
	}
	if erased, left, err := s.Erase(t.Context(), "Erased"); err != nil || erased != 0 || left != 0 {
		t.Errorf("those that are erased: %d erased, %d left, %v, want none", erased, left, err)
	}
}
