package sqlstore_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/product-api/product"
	"github.com/techcommerce/platform/apps/product-api/product/sqlstore"
)

func reservesAllOrNone(t *testing.T, s *sqlstore.Store) {
	lines := []product.Line{{ProductID: 2, Quantity: 3}, {ProductID: 1, Quantity: 2}}
	r, err := s.Reserve(t.Context(), held("a", lines...))
	must(t, err)
	if r.Status != product.Held || len(r.Items) != 2 || r.Items[1].Name != "Laptop" || r.Items[1].Price != 99999 {
		t.Errorf("Reserve = %+v, want both items held with name and price", r)
	}
	wantStock(t, s, map[int64]int64{1: 48, 2: 197})

	_, err = s.Reserve(t.Context(), held("b", []product.Line{{ProductID: 2, Quantity: 1}, {ProductID: 1, Quantity: 49}}...))
	f := fault.As(err)
	if fault.KindOf(err) != fault.Conflict || f.Fields["items[1].quantity"] != "48 of Laptop left" {
		t.Errorf("49 of 48 laptops: %v, want a conflict that says what is left", err)
	}
	_, err = s.Reserve(t.Context(), held("c", []product.Line{{ProductID: 2, Quantity: 1}, {ProductID: 77, Quantity: 1}}...))
	if fault.KindOf(err) != fault.Unprocessable || fault.As(err).Fields["items[1].product_id"] == "" {
		t.Errorf("an unknown product: %v, want it named", err)
	}
	wantStock(t, s, map[int64]int64{1: 48, 2: 197})
	if open, err := s.Open(t.Context()); err != nil || open != 1 {
		t.Errorf("Open = %d, %v, want 1", open, err)
	}
}

// reservesOnce asks so many times at once for more than half of what there is: whoever comes second would find too
// little left, had the first not been the same order.
func reservesOnce(t *testing.T, s *sqlstore.Store) {
	const rounds, each = 60, 30
	for round := range rounds {
		wanted := held(fmt.Sprint("round ", round), laptops(each)...)
		wanted.Confirm = round%2 == 0
		reserveEightfold(t, s, wanted)
		wantStock(t, s, map[int64]int64{1: 50 - each})
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
		_, err := s.Release(t.Context(), wanted.ID)
		must(t, err)
	}
	_, err := s.Reserve(t.Context(), held("a", laptops(5)...))
	must(t, err)
	_, err = s.Confirm(t.Context(), "a")
	must(t, err)
	r, err := s.Reserve(t.Context(), held("a", laptops(5)...))
	must(t, err)
	if r.Status != product.Confirmed {
		t.Errorf("reserving what is confirmed = %s, want confirmed", r.Status)
	}
	wantStock(t, s, map[int64]int64{1: 45})
}

func reserveEightfold(t *testing.T, s *sqlstore.Store, wanted product.Wanted) {
	t.Helper()
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			r, err := s.Reserve(t.Context(), wanted)
			if err != nil {
				t.Errorf("reserve: %v", err)
			} else if r.Status != wanted.Status() || len(r.Items) != 1 || r.Items[0].Quantity != wanted.Lines[0].Quantity {
				t.Errorf("Reserve = %+v, want it %s", r, wanted.Status())
			}
		})
	}
	wait.Wait()
}

func refusesForGood(t *testing.T, s *sqlstore.Store) {
	_, first := s.Reserve(t.Context(), held("a", laptops(51)...))
	stock := int64(1000)
	_, err := s.Update(t.Context(), 1, product.Change{Stock: &stock})
	must(t, err)
	_, second := s.Reserve(t.Context(), held("a", laptops(51)...))
	if fault.KindOf(second) != fault.Conflict || fault.As(second).Message != fault.As(first).Message ||
		fault.As(second).Fields["items[0].quantity"] != "50 of Laptop left" {
		t.Errorf("refused with %v, then with %v, want the same", first, second)
	}
	wantStock(t, s, map[int64]int64{1: 1000})
}

func refusesOtherItems(t *testing.T, s *sqlstore.Store) {
	_, err := s.Reserve(t.Context(), held("a", laptops(5)...))
	must(t, err)
	if _, err := s.Reserve(t.Context(), held("a", laptops(6)...)); !errors.Is(err, product.ErrOther) {
		t.Errorf("other items under the same id: %v, want them refused", err)
	}
	wantStock(t, s, map[int64]int64{1: 45})
}

func confirms(t *testing.T, s *sqlstore.Store) {
	if _, err := s.Confirm(t.Context(), "a"); !errors.Is(err, product.ErrNotHeld) {
		t.Errorf("Confirm of nothing = %v, want it refused", err)
	}
	wanted := held("a", laptops(5)...)
	wanted.Lifetime = 0
	_, err := s.Reserve(t.Context(), wanted)
	must(t, err)
	for range 2 {
		r, err := s.Confirm(t.Context(), "a")
		must(t, err)
		if r.Status != product.Confirmed {
			t.Errorf("Confirm = %s, want confirmed", r.Status)
		}
	}
	expired, err := s.Expire(t.Context())
	must(t, err)
	if expired != 0 {
		t.Errorf("%d confirmed reservations expired", expired)
	}
	wantStock(t, s, map[int64]int64{1: 45})
}

func releases(t *testing.T, s *sqlstore.Store) {
	for _, id := range []string{"held", "confirmed"} {
		_, err := s.Reserve(t.Context(), held(id, laptops(5)...))
		must(t, err)
	}
	_, err := s.Confirm(t.Context(), "confirmed")
	must(t, err)
	for _, id := range []string{"held", "confirmed", "held", "confirmed"} {
		_, err := s.Release(t.Context(), id)
		must(t, err)
	}
	wantStock(t, s, map[int64]int64{1: 50})
	if _, err := s.Confirm(t.Context(), "held"); !errors.Is(err, product.ErrNotHeld) {
		t.Errorf("Confirm of what is released = %v, want it refused", err)
	}
}

func remembersRelease(t *testing.T, s *sqlstore.Store) {
	_, err := s.Release(t.Context(), "late")
	must(t, err)
	if _, err := s.Reserve(t.Context(), held("late", laptops(5)...)); !errors.Is(err, product.ErrReleased) {
		t.Errorf("a reservation that comes after its release: %v, want it refused", err)
	}
	wantStock(t, s, map[int64]int64{1: 50})
}

func expires(t *testing.T, s *sqlstore.Store) {
	for i, lifetime := range []time.Duration{0, 0, time.Hour} {
		wanted := held(fmt.Sprint(i), laptops(5)...)
		wanted.Lifetime = lifetime
		_, err := s.Reserve(t.Context(), wanted)
		must(t, err)
	}
	expired, err := s.Expire(t.Context())
	must(t, err)
	if expired != 2 {
		t.Errorf("%d reservations expired, want 2", expired)
	}
	wantStock(t, s, map[int64]int64{1: 45})
	if _, err := s.Confirm(t.Context(), "0"); !errors.Is(err, product.ErrNotHeld) {
		t.Errorf("Confirm of what expired = %v, want it refused", err)
	}
	if _, err := s.Reserve(t.Context(), held("0", laptops(7)...)); err != nil {
		t.Errorf("what expired cannot be reserved anew: %v", err)
	}
	wantStock(t, s, map[int64]int64{1: 38})
}

func neverOversells(t *testing.T, s *sqlstore.Store) {
	const buyers, each = 16, 7 // 112 wanted of 50
	var sold sync.Map
	var wait sync.WaitGroup
	for i := range buyers {
		wait.Go(func() {
			lines := []product.Line{{ProductID: 1, Quantity: each}, {ProductID: 2, Quantity: 1}}
			if rand.N(2) == 0 {
				slices.Reverse(lines)
			}
			_, err := s.Reserve(t.Context(), held(fmt.Sprint(i), lines...))
			if err == nil {
				sold.Store(i, true)
			} else if fault.KindOf(err) != fault.Conflict {
				t.Errorf("buyer %d: %v", i, err)
			}
		})
	}
	wait.Wait()
	count := int64(0)
	sold.Range(func(any, any) bool { count++; return true })
	if count != 50/each {
		t.Errorf("%d buyers got %d each of 50, want %d", count, each, 50/each)
	}
	wantStock(t, s, map[int64]int64{1: 50 - count*each, 2: 200 - count})
}

// held is a wish for stock that is not confirmed with it.
func held(id string, lines ...product.Line) product.Wanted {
	return product.Wanted{ID: id, Lines: lines, Lifetime: time.Hour}
}

func laptops(quantity int64) []product.Line {
	return []product.Line{{ProductID: 1, Quantity: quantity}}
}
