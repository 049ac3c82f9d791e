package sqlstore_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/order-api/order"
)

func moves(t *testing.T, s tested) {
	for _, to := range order.Statuses() {
		step := order.Transition{To: to}
		want := slices.Contains(step.From(), order.Pending)
		o := insert(t, s, "", time.Minute)
		found, moved, err := s.Move(t.Context(), o.ID, step)
		must(t, err)
		if moved != want || moved && found.Status != to || !moved && found.Status != order.Pending {
			t.Errorf("from pending to %s: moved %t, %s", to, moved, found.Status)
		}
		if found.Due.IsZero() != (found.Status == order.Confirmed) {
			t.Errorf("an order that is %s is due %s", found.Status, found.Due)
		}
	}
}

func movesOnce(t *testing.T, s tested) {
	o := insert(t, s, "", time.Minute)
	var times atomic.Int64
	var wait sync.WaitGroup
	for _, to := range []order.Status{order.Confirmed, order.Rejected, order.Confirmed, order.Rejected} {
		wait.Go(func() {
			_, moved, err := s.Move(t.Context(), o.ID, order.Transition{To: to})
			if err != nil {
				t.Errorf("move: %v", err)
			}
			if moved {
				times.Add(1)
			}
		})
	}
	wait.Wait()
	if times.Load() != 1 {
		t.Errorf("the order moved %d times, want once", times.Load())
	}
}

func movesInLease(t *testing.T, s tested) {
	step := order.Transition{To: order.Confirmed, InLease: true}
	for _, test := range []struct {
		lease time.Duration
		want  bool
	}{{time.Minute, true}, {0, false}, {-time.Minute, false}} {
		o := insert(t, s, "", test.lease)
		if _, moved, err := s.Move(t.Context(), o.ID, step); err != nil || moved != test.want {
			t.Errorf("with a lease of %s: moved %t, %v, want %t", test.lease, moved, err, test.want)
		}
	}
}

func takes(t *testing.T, s tested) {
	leased, due := insert(t, s, "a", time.Minute), insert(t, s, "b", -time.Second)
	if found, taken, err := s.Take(t.Context(), leased.ID, time.Minute); err != nil || taken || found.ID != leased.ID {
		t.Errorf("a leased order: taken %t, %+v, %v, want it left alone", taken, found, err)
	}
	var times atomic.Int64
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			_, taken, err := s.Take(t.Context(), due.ID, time.Minute)
			if err != nil {
				t.Errorf("take: %v", err)
			}
			if taken {
				times.Add(1)
			}
		})
	}
	wait.Wait()
	if times.Load() != 1 {
		t.Errorf("the order was taken %d times, want once", times.Load())
	}
	ended, _, err := s.Move(t.Context(), due.ID, order.Transition{To: order.Rejected})
	must(t, err)
	if _, taken, err := s.Take(t.Context(), ended.ID, time.Minute); err != nil || taken {
		t.Errorf("a rejected order: taken %t, %v, want it left alone", taken, err)
	}
}

func postpones(t *testing.T, s tested) {
	o := insert(t, s, "a", -time.Second)
	mine, taken, err := s.Take(t.Context(), o.ID, time.Minute)
	must(t, err)
	if _, err := s.Postpone(t.Context(), o, -time.Minute); err != nil || !taken {
		t.Errorf("postpone without the lease: %v", err)
	}
	found, err := s.Find(t.Context(), o.ID)
	must(t, err)
	if !found.Due.Equal(mine.Due) {
		t.Errorf("whoever has lost the lease made the order due %s, want %s", found.Due, mine.Due)
	}
	later, err := s.Postpone(t.Context(), mine, -time.Minute)
	must(t, err)
	if !later.Due.Before(mine.Due) {
		t.Errorf("postponed by who has the lease, it is due %s", later.Due)
	}
	confirmed, _, err := s.Move(t.Context(), o.ID, order.Transition{To: order.Confirmed})
	must(t, err)
	if found, err := s.Postpone(t.Context(), later, 0); err != nil || found.Status != order.Confirmed || !found.Due.IsZero() {
		t.Errorf("postponing what is confirmed: %+v, %v, want %+v", found, err, confirmed)
	}
}

func claims(t *testing.T, s tested) {
	insert(t, s, "", time.Minute) // not due
	for range 10 {
		insert(t, s, "", -time.Second)
	}
	var mu sync.Mutex
	claimed := map[int64]int{}
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			got, err := s.Claim(t.Context(), time.Minute, 3)
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
	rest, err := s.Claim(t.Context(), -time.Second, 100)
	must(t, err)
	if len(claimed)+len(rest) != 10 {
		t.Errorf("%d and %d orders claimed, want 10 together", len(claimed), len(rest))
	}
	again, err := s.Claim(t.Context(), time.Minute, 100)
	must(t, err)
	if len(again) != len(rest) {
		t.Errorf("%d orders are due again after the lease, want %d", len(again), len(rest))
	}
	for _, o := range again {
		if o.Age < 0 || o.Age > time.Minute {
			t.Errorf("order %d is said to be %s old", o.ID, o.Age)
		}
	}
}

func schedules(t *testing.T, s tested) {
	var due atomic.Int64
	var wait sync.WaitGroup
	for range 5 {
		wait.Go(func() {
			mine, err := s.Schedule(t.Context(), "work", time.Minute)
			if err != nil {
				t.Errorf("schedule: %v", err)
			}
			if mine {
				due.Add(1)
			}
		})
	}
	wait.Wait()
	if due.Load() != 1 {
		t.Errorf("%d of five replicas have work to do, want one", due.Load())
	}
	s.run(t, `UPDATE schedules SET due_at = 0`)
	if mine, err := s.Schedule(t.Context(), "work", time.Minute); err != nil || !mine {
		t.Errorf("when it is time again: %t, %v, want it due", mine, err)
	}
}
