package main

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/money"
	"github.com/techcommerce/platform/apps/order-api/order"
)

// leftovers is a store in which a crash has left pending orders.
type leftovers struct {
	order.Store
	mu     sync.Mutex
	due    []order.Claimed
	leased map[int64]time.Time
	// late are the orders that were still worked on when their lease had ended.
	late      []int64
	confirmed int
}

func (s *leftovers) Claim(_ context.Context, lease time.Duration, most int) ([]order.Claimed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	claimed := s.due[:min(most, len(s.due))]
	s.due = s.due[len(claimed):]
	for _, o := range claimed {
		s.leased[o.ID] = time.Now().Add(lease)
	}
	return claimed, nil
}

func (s *leftovers) Move(_ context.Context, id int64, step order.Transition) (order.Order, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.touch(id)
	s.confirmed++
	return order.Order{ID: id, Status: step.To}, true, nil
}

func (s *leftovers) Postpone(_ context.Context, o order.Order, _ time.Duration) (order.Order, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.touch(o.ID)
	return o, nil
}

func (s *leftovers) touch(id int64) {
	if time.Now().After(s.leased[id]) {
		s.late = append(s.late, id)
	}
}

// moody is an inventory that never answers about some orders.
type moody struct{ order.Inventory }

func (moody) Reserve(ctx context.Context, name string, items []order.Item, _ *money.Cents) (order.Reservation, error) {
	if strings.HasPrefix(name, "hangs") {
		<-ctx.Done()
		return order.Reservation{}, fault.Down("Products cannot be reached now", ctx.Err())
	}
	time.Sleep(time.Second / 2)
	return order.Reservation{Items: items, Confirmed: true}, nil
}

// TestWhatHangsHoldsUpNoOtherOrder leaves more orders than one worker could finish within their leases, and some that
// hang.
func TestWhatHangsHoldsUpNoOtherOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const hanging, good = 5, 20
		store := &leftovers{leased: map[int64]time.Time{}}
		for i := range hanging + good {
			o := order.Order{
				ID: int64(i + 1), Status: order.Pending, Key: "key", Reservation: "sells",
				Items: []order.Item{{ProductID: 1, Price: 1, Quantity: 1}},
			}
			if i < hanging {
				o.Reservation = "hangs"
			}
			store.due = append(store.due, order.Claimed{Order: o})
		}
		quiet := slog.New(slog.NewJSONHandler(io.Discard, nil))
		r := newResumer(quiet)
		r.orders = &order.Service{
			Store: store, Inventory: moody{}, MaxAge: 24 * time.Hour,
			Ended: func(order.Status) {}, SetAside: func() {}, Wake: func() {}, Log: quiet,
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- r.run(ctx) }()
		time.Sleep(6900 * time.Millisecond) // those that hang still do
		synctest.Wait()
		store.mu.Lock()
		if store.confirmed != good {
			t.Errorf("while %d orders hang, %d of %d others are confirmed", hanging, store.confirmed, good)
		}
		store.mu.Unlock()
		time.Sleep(time.Minute)
		stop()
		if err := <-ended; err != nil || len(store.late) != 0 {
			t.Errorf("run = %v, and orders %d were worked on after their lease", err, store.late)
		}
	})
}
