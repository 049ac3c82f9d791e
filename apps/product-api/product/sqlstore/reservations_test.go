package sqlstore_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/money"
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

func confirmsAtOnce(t *testing.T, s *sqlstore.Store) {
	wanted := held("a", product.Line{ProductID: 2, Quantity: 1}, product.Line{ProductID: 1, Quantity: 2})
	wanted.Confirm, wanted.Lifetime = true, 0
	total := money.Cents(2999 + 2*99999)
	wanted.Total = &total
	for range 2 {
		r, err := s.Reserve(t.Context(), wanted)
		must(t, err)
		want := []product.Item{{ProductID: 2, Name: "Mouse", Price: 2999, Quantity: 1},
			{ProductID: 1, Name: "Laptop", Price: 99999, Quantity: 2}}
		if r.Status != product.Confirmed || !slices.Equal(r.Items, want) {
			t.Errorf("Reserve = %+v, want %v confirmed", r, want)
		}
	}
	wantStock(t, s, map[int64]int64{1: 48, 2: 199})
	if expired, err := s.Expire(t.Context()); err != nil || expired != 0 {
		t.Errorf("%d confirmed reservations expired, %v", expired, err)
	}
	_, err := s.Reserve(t.Context(), held("b", laptops(5)...))
	must(t, err)
	later := held("b", laptops(5)...)
	later.Confirm = true
	if r, err := s.Reserve(t.Context(), later); err != nil || r.Status != product.Confirmed {
		t.Errorf("asking for confirmed what is held = %+v, %v, want it confirmed", r, err)
	}
	wantStock(t, s, map[int64]int64{1: 43})
}

func refusesOtherTotal(t *testing.T, s *sqlstore.Store) {
	wanted := held("a", laptops(2)...)
	shown := money.Cents(1)
	wanted.Total = &shown
	for range 2 {
		_, err := s.Reserve(t.Context(), wanted)
		if fault.KindOf(err) != fault.Conflict || fault.As(err).Message != "Prices have changed" {
			t.Fatalf("another total = %v, want a conflict", err)
		}
		details, err := json.Marshal(fault.As(err).Details)
		must(t, err)
		const want = `{"lines":[{"product_id":1,"name":"Laptop","price":999.99,"quantity":2}],"total":1999.98}`
		var got, wants any
		must(t, json.Unmarshal(details, &got))
		must(t, json.Unmarshal([]byte(want), &wants))
		if !reflect.DeepEqual(got, wants) {
			t.Errorf("details = %s, want %s", details, want)
		}
	}
	wantStock(t, s, map[int64]int64{1: 50})
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

// expiresOrConfirms has reservations whose time has come be confirmed and expire at the same moment: one of both happens,
// and stock says which.
func expiresOrConfirms(t *testing.T, s *sqlstore.Store) {
	var wait sync.WaitGroup
	var confirmed atomic.Int64
	for i := range 20 {
		wanted := held(fmt.Sprint(i), laptops(2)...)
		wanted.Lifetime = 0
		_, err := s.Reserve(t.Context(), wanted)
		must(t, err)
		wait.Go(func() {
			if _, err := s.Confirm(t.Context(), wanted.ID); err == nil {
				confirmed.Add(1)
			} else if !errors.Is(err, product.ErrNotHeld) {
				t.Errorf("confirm: %v", err)
			}
		})
		if i%5 == 4 {
			wait.Go(func() {
				if _, err := s.Expire(t.Context()); err != nil {
					t.Errorf("expire: %v", err)
				}
			})
		}
	}
	wait.Wait()
	_, err := s.Expire(t.Context())
	must(t, err)
	wantStock(t, s, map[int64]int64{1: 50 - 2*confirmed.Load()})
}

// confirmsWhatExpires has an order of a newer order-api find what an older one has held, just as that expires.
func confirmsWhatExpires(t *testing.T, s *sqlstore.Store) {
	for round := range 40 {
		wanted := held(fmt.Sprint(round), laptops(1)...)
		wanted.Lifetime = 0
		_, err := s.Reserve(t.Context(), wanted)
		must(t, err)
		wanted.Confirm = true
		var wait sync.WaitGroup
		for range 3 {
			wait.Go(func() {
				if r, err := s.Reserve(t.Context(), wanted); err != nil || r.Status != product.Confirmed {
					t.Errorf("reserve = %+v, %v, want it confirmed", r, err)
				}
			})
		}
		wait.Go(func() {
			if _, err := s.Expire(t.Context()); err != nil {
				t.Errorf("expire: %v", err)
			}
		})
		wait.Wait()
	}
	wantStock(t, s, map[int64]int64{1: 50 - 40})
}

func givesBackOnce(t *testing.T, s *sqlstore.Store) {
	for round := range 20 {
		wanted := held(fmt.Sprint("round ", round), laptops(30)...)
		wanted.Lifetime = 0
		_, err := s.Reserve(t.Context(), wanted)
		must(t, err)
		var wait sync.WaitGroup
		for i := range 6 {
			wait.Go(func() {
				var err error
				if i == 0 {
					_, err = s.Expire(t.Context())
				} else {
					_, err = s.Release(t.Context(), wanted.ID)
				}
				if err != nil {
					t.Errorf("give back: %v", err)
				}
			})
		}
		wait.Wait()
		wantStock(t, s, map[int64]int64{1: 50})
	}
}

func listsReservations(t *testing.T, s *sqlstore.Store) {
	for i := range 7 {
		wanted := held(fmt.Sprint("r", i), laptops(1)...)
		wanted.Confirm = i%2 == 0
		_, err := s.Reserve(t.Context(), wanted)
		must(t, err)
	}
	_, err := s.Release(t.Context(), "r3")
	must(t, err)
	taken := []product.Hold{product.Held, product.Confirmed}
	for _, test := range []struct {
		filter product.ReservationFilter
		want   string
	}{
		{product.ReservationFilter{Limit: 4, Statuses: taken}, "r0 confirmed r1 held r2 confirmed r4 confirmed"},
		{product.ReservationFilter{Limit: 4, After: "r4", Statuses: taken}, "r5 held r6 confirmed"},
		{product.ReservationFilter{Limit: 4, After: "r6", Statuses: taken}, ""},
		{product.ReservationFilter{Limit: 4, MinAge: time.Hour, Statuses: taken}, ""},
		{product.ReservationFilter{Limit: 4, Statuses: []product.Hold{product.Released}}, "r3 released"},
	} {
		page, err := s.Reservations(t.Context(), test.filter)
		must(t, err)
		var got []string
		for _, r := range page {
			got = append(got, r.ID, string(r.Status))
			if len(r.Items) != 1 || r.Items[0].Price != 99999 || time.Since(r.At).Abs() > time.Minute {
				t.Errorf("reservation %+v, want its item and when it came to be", r)
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("Reservations(%+v) = %q, want %q", test.filter, got, test.want)
		}
	}
}

// losesNothing lets buyers, those who change their mind, restockers and the clock at the same products at once. In the
// end what is left, and what reservations say they have, is what there was and what was added.
func losesNothing(t *testing.T, s *sqlstore.Store) {
	var wait sync.WaitGroup
	var added atomic.Int64
	for worker := range 8 {
		random := rand.New(rand.NewPCG(uint64(worker), 7))
		wait.Go(func() {
			for range 40 {
				if err := happen(t, s, random, &added); fault.KindOf(err) != fault.Conflict && err != nil {
					t.Errorf("worker %d: %v", worker, err)
				}
			}
		})
	}
	wait.Wait()
	taken, err := s.Reservations(t.Context(), product.ReservationFilter{
		Limit: 1000, Statuses: []product.Hold{product.Held, product.Confirmed},
	})
	must(t, err)
	left := map[int64]int64{1: 50 + added.Load(), 2: 200}
	for _, r := range taken {
		for _, item := range r.Items {
			left[item.ProductID] -= item.Quantity
		}
	}
	wantStock(t, s, left)
}

// happen does one thing to one of a few reservations.
func happen(t *testing.T, s *sqlstore.Store, random *rand.Rand, added *atomic.Int64) (err error) {
	lines := []product.Line{{ProductID: 1, Quantity: 3}, {ProductID: 2, Quantity: 5}}
	if random.IntN(2) == 0 {
		slices.Reverse(lines)
	}
	wanted := held(fmt.Sprint(random.IntN(30)), lines...)
	wanted.Lifetime = time.Duration(random.IntN(2)) * time.Hour
	wanted.Confirm = random.IntN(3) == 0
	switch random.IntN(8) {
	case 0:
		_, err = s.Release(t.Context(), wanted.ID)
	case 1:
		_, err = s.Confirm(t.Context(), wanted.ID)
	case 2:
		_, err = s.Expire(t.Context())
	case 3:
		change := int64(random.IntN(5)) + 1
		if _, _, err = s.AddStock(t.Context(), 1, change, product.Once{}); err == nil {
			added.Add(change)
		}
	default:
		_, err = s.Reserve(t.Context(), wanted)
	}
	return err
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
