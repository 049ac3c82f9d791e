package order_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/money"
	"github.com/techcommerce/platform/apps/order-api/order"
)

// scene is one order-api with a store that is real and an inventory that does as it is told.
type scene struct {
	*order.Service
	store *lossyStore
	// reserve is what the inventory does; it sells everything at a euro unless told otherwise.
	reserve func(ctx context.Context) (order.Reservation, error)
	// reserving counts the calls at this moment, most how many there were at once, released all releases.
	reserving, most, released, setAside atomic.Int64
}

// act runs a test in which waiting takes no time.
func act(t *testing.T, test func(*testing.T, *scene)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, orders := mustStores(t, databasetest.SQLite(t), databasetest.SQLite(t), time.Now)
		s := &scene{store: &lossyStore{Store: orders}, reserve: sells}
		s.Service = &order.Service{
			Store: s.store, Inventory: told{s}, MaxAge: 24 * time.Hour,
			Ended: func(order.Status) {}, SetAside: func() { s.setAside.Add(1) }, Wake: func() {},
			Log: slog.New(slog.NewJSONHandler(io.Discard, nil)),
		}
		test(t, s)
	})
}

func sells(context.Context) (order.Reservation, error) {
	return order.Reservation{
		Items: []order.Item{{ProductID: 1, Name: "Pen", Price: 100, Quantity: 1}}, Confirmed: true,
	}, nil
}

func hangs(ctx context.Context) (order.Reservation, error) {
	<-ctx.Done()
	return order.Reservation{}, fault.Down("Products cannot be reached now", ctx.Err())
}

type told struct{ *scene }

func (i told) Reserve(ctx context.Context, _ string, _ []order.Item, _ *money.Cents) (order.Reservation, error) {
	i.most.Store(max(i.most.Load(), i.reserving.Add(1)))
	defer i.reserving.Add(-1)
	return i.reserve(ctx)
}

func (i told) Confirm(context.Context, string) error { return nil }

func (i told) Release(context.Context, string) error {
	i.released.Add(1)
	return nil
}

func (i told) Reservations(context.Context, string, int, time.Duration) ([]order.Held, error) {
	return nil, nil
}

// lossyStore loses answers: what it was asked is done, and nobody hears of it.
type lossyStore struct {
	order.Store
	// lost is how many answers to Move are lost from now on; down says that nothing works any more.
	lost int
	down bool
}

func (s *lossyStore) Move(ctx context.Context, id int64, step order.Transition) (order.Order, bool, error) {
	if s.down {
		return order.Order{}, false, fault.Down("The store cannot be used now", nil)
	}
	o, moved, err := s.Store.Move(ctx, id, step)
	if s.lost > 0 && err == nil {
		s.lost--
		return order.Order{}, false, fault.Down("The store cannot be used now", errors.New("conn closed"))
	}
	return o, moved, err
}

func (s *scene) place(t *testing.T, within time.Duration, key string) (order.Order, bool, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	return s.Place(ctx, order.Draft{Customer: "Ann", Items: []order.Item{{ProductID: 1, Quantity: 1}}, Key: key})
}

// find is the order as it is after everything that was left to do is done.
func (s *scene) find(t *testing.T, id int64) order.Order {
	t.Helper()
	for range 3 {
		time.Sleep(time.Minute)
		claimed, err := s.Claim(t.Context(), 10)
		must(t, err)
		for _, o := range claimed {
			_ = s.Resume(t.Context(), o) // what it leaves undone the test sees
		}
	}
	found, err := s.Store.Find(t.Context(), id)
	must(t, err)
	return found
}

func TestAnswersWhatTheOrderBecameWhenTheLastAnswerIsLost(t *testing.T) {
	for _, key := range []string{"", "key"} {
		t.Run("key "+key, func(t *testing.T) {
			act(t, func(t *testing.T, s *scene) {
				s.store.lost = 1
				placed, _, err := s.place(t, 8*time.Second, key)
				if err != nil || placed.Status != order.Confirmed {
					t.Errorf("Place = %+v, %v, want the order, confirmed", placed, err)
				}
				if found := s.find(t, placed.ID); found.Status != order.Confirmed || s.released.Load() != 0 {
					t.Errorf("the order is %s, released %d times, want it confirmed", found.Status, s.released.Load())
				}
			})
		})
	}
}

func TestSaysThatItDoesNotKnow(t *testing.T) {
	act(t, func(t *testing.T, s *scene) {
		s.reserve = func(ctx context.Context) (order.Reservation, error) {
			s.store.down = true
			return sells(ctx)
		}
		placed, _, err := s.place(t, 8*time.Second, "")
		told := fault.As(err)
		if fault.KindOf(err) != fault.Unavailable || told.Message != "It is not known whether the order was placed" ||
			placed.ID == 0 || told.Details["order"] != placed.ID {
			t.Errorf("Place = %+v, %v, want to hear that nobody knows", placed, err)
		}
		s.store.down = false
		if found := s.find(t, placed.ID); found.Status != order.Rejected || s.released.Load() != 1 {
			t.Errorf("in the end the order is %s, released %d times, want it given up", found.Status, s.released.Load())
		}
	})
}

// TestAnOrderWithoutAKeyDiesWithItsCaller has the caller leave at each moment.
func TestAnOrderWithoutAKeyDiesWithItsCaller(t *testing.T) {
	for name, leaves := range map[string]func(leave context.CancelFunc, s *scene){
		"while stock is reserved": func(leave context.CancelFunc, s *scene) {
			s.reserve = func(ctx context.Context) (order.Reservation, error) { leave(); return sells(ctx) }
		},
		"while product-api hangs": func(_ context.CancelFunc, s *scene) { s.reserve = hangs },
		"while this process is stopped": func(_ context.CancelFunc, s *scene) {
			s.reserve = func(context.Context) (order.Reservation, error) {
				time.Sleep(12 * time.Second)
				return sells(context.Background())
			}
		},
		"just when the order is confirmed": func(leave context.CancelFunc, s *scene) {
			s.store.Store = leaving{s.store.Store, leave}
		},
	} {
		t.Run(name, func(t *testing.T) {
			act(t, func(t *testing.T, s *scene) {
				ctx, leave := context.WithTimeout(t.Context(), 8*time.Second)
				defer leave()
				leaves(leave, s)
				placed, _, err := s.Place(ctx, order.Draft{Customer: "Ann", Items: []order.Item{{ProductID: 1, Quantity: 1}}})
				if fault.KindOf(err) != fault.Unavailable {
					t.Errorf("Place = %+v, %v, want it given up", placed, err)
				}
				found := s.find(t, placed.ID)
				if found.Status != order.Rejected && found.Status != order.Cancelled || s.released.Load() == 0 {
					t.Errorf("in the end the order is %s, released %d times", found.Status, s.released.Load())
				}
			})
		})
	}
}

// leaving is a store whose caller leaves when the order is just confirmed.
type leaving struct {
	order.Store
	leave context.CancelFunc
}

func (s leaving) Move(ctx context.Context, id int64, step order.Transition) (order.Order, bool, error) {
	o, moved, err := s.Store.Move(ctx, id, step)
	if step.To == order.Confirmed {
		s.leave()
	}
	return o, moved, err
}

func TestAnOrderWithAKeyIsTakenAndSeenThrough(t *testing.T) {
	act(t, func(t *testing.T, s *scene) {
		s.reserve = hangs
		begun := time.Now()
		placed, replayed, err := s.place(t, 8*time.Second, "key")
		if err != nil || replayed || placed.Status != order.Pending || placed.ID == 0 {
			t.Errorf("Place = %+v, %t, %v, want it pending", placed, replayed, err)
		}
		if took := time.Since(begun); took >= 8*time.Second {
			t.Errorf("the answer took %s, longer than its caller waits", took)
		}
		s.reserve = sells
		if found := s.find(t, placed.ID); found.Status != order.Confirmed || found.Total != 100 {
			t.Errorf("in the end the order is %+v, want it confirmed", found)
		}
	})
}

// TestAReplayWaitsForWhoeverHasTheLease sends the same order several times at once.
func TestAReplayWaitsForWhoeverHasTheLease(t *testing.T) {
	act(t, func(t *testing.T, s *scene) {
		s.reserve = func(ctx context.Context) (order.Reservation, error) {
			time.Sleep(3 * time.Second)
			return sells(ctx)
		}
		var created atomic.Int64
		for range 5 {
			go func() {
				placed, replayed, err := s.place(t, 8*time.Second, "key")
				if err != nil || placed.Status != order.Confirmed {
					t.Errorf("Place = %+v, %v, want it confirmed", placed, err)
				}
				if !replayed {
					created.Add(1)
				}
			}()
		}
		time.Sleep(10 * time.Second)
		if s.most.Load() != 1 || created.Load() != 1 {
			t.Errorf("%d at once reserved, %d are told that it is new, want one of each", s.most.Load(), created.Load())
		}
	})
}

func TestAReplayTakesTheLeaseThatACrashLeft(t *testing.T) {
	act(t, func(t *testing.T, s *scene) {
		kept, _, err := s.Store.Insert(t.Context(), order.Order{
			Customer: "Ann", Items: []order.Item{{ProductID: 1, Quantity: 1}}, Key: "other", Reservation: "r",
		}, 2*time.Second)
		must(t, err)
		_, taken, err := s.Store.Take(t.Context(), kept.ID, time.Second)
		must(t, err)
		if taken {
			t.Error("an order was taken whose lease had not ended")
		}
		first, _, err := s.place(t, 8*time.Second, "key")
		must(t, err)
		s.reserve = hangs
		again, replayed, err := s.place(t, 8*time.Second, "key")
		if err != nil || !replayed || again.ID != first.ID || again.Status != order.Confirmed {
			t.Errorf("the replay = %+v, %t, %v, want what the first one became", again, replayed, err)
		}
	})
}

// TestAKeyFindsItsOrderWhateverTheTotal: prices may have changed between an answer that was lost and its repetition.
func TestAKeyFindsItsOrderWhateverTheTotal(t *testing.T) {
	act(t, func(t *testing.T, s *scene) {
		draft := order.Draft{Customer: "Ann", Items: []order.Item{{ProductID: 1, Quantity: 1}}, Key: "key"}
		first, _, err := s.Place(t.Context(), draft)
		must(t, err)
		expected := first.Total + 1
		draft.Expected = &expected
		again, replayed, err := s.Place(t.Context(), draft)
		if err != nil || !replayed || again.ID != first.ID || again.Total != first.Total {
			t.Errorf("at another total Place = %+v, %t, %v, want the first order", again, replayed, err)
		}
		draft.Customer = "Bob"
		other, _, err := s.Place(t.Context(), draft)
		if fault.KindOf(err) != fault.Unprocessable || other.ID != first.ID {
			t.Errorf("for another customer Place = %+v, %v, want a refusal that names order %d", other, err, first.ID)
		}
	})
}

func TestEveryRejectionReleases(t *testing.T) {
	expected := money.Cents(50)
	for name, test := range map[string]struct {
		reserve  func(context.Context) (order.Reservation, error)
		expected *money.Cents
		want     string
	}{
		"refused": {want: "Not enough stock", reserve: func(context.Context) (order.Reservation, error) {
			return order.Reservation{}, fault.New(fault.Conflict, "Not enough stock")
		}},
		"at another price": {want: "Prices have changed", expected: &expected, reserve: sells},
		"too much": {want: "The order's total is too large", reserve: func(context.Context) (order.Reservation, error) {
			return order.Reservation{Items: []order.Item{{Price: 1 << 60, Quantity: 1 << 60}}}, nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			act(t, func(t *testing.T, s *scene) {
				s.reserve = test.reserve
				draft := order.Draft{Customer: "Ann", Items: []order.Item{{ProductID: 1, Quantity: 1}}, Expected: test.expected}
				placed, _, err := s.Place(t.Context(), draft)
				if told := fault.As(err); told == nil || told.Message != test.want {
					t.Errorf("Place = %v, want %q", err, test.want)
				}
				if s.find(t, placed.ID); s.released.Load() != 1 {
					t.Errorf("the reservation was released %d times, want once", s.released.Load())
				}
			})
		})
	}
}

func TestGivesUpWhatIsPendingForTooLong(t *testing.T) {
	act(t, func(t *testing.T, s *scene) {
		s.reserve = hangs
		placed, _, err := s.place(t, 8*time.Second, "key")
		must(t, err)
		if found := s.find(t, placed.ID); found.Status != order.Pending {
			t.Errorf("after minutes the order is %s, want it pending", found.Status)
		}
		time.Sleep(24 * time.Hour)
		if found := s.find(t, placed.ID); found.Status != order.Rejected || s.released.Load() != 1 {
			t.Errorf("after a day the order is %s, released %d times, want it given up", found.Status, s.released.Load())
		}
	})
}
