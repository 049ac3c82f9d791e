package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/techcommerce/platform/apps/order-api/order"
)

// workers is how many orders one replica resumes at a time: one that hangs holds up none of the others.
const workers = 8

// resumer takes up, again and again, what crashes and outages left undone.
type resumer struct {
	orders *order.Service
	log    *slog.Logger
	// wake ends the wait for the next look.
	wake chan struct{}
}

func newResumer(log *slog.Logger) *resumer { return &resumer{log: log, wake: make(chan struct{}, 1)} }

// Wake has the resumer look at once. It never waits.
func (r *resumer) Wake() {
	select {
	case r.wake <- struct{}{}:
	default: // it is awake already
	}
}

// run claims as many orders as there are idle workers, so that an order's lease begins when work on it does.
func (r *resumer) run(ctx context.Context) error {
	const pause = time.Second
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	idle, done := workers, make(chan struct{}, workers)
	var all sync.WaitGroup
	defer all.Wait()
	for {
		claimed := r.claim(ctx, idle)
		for _, o := range claimed {
			idle--
			all.Go(func() {
				r.resume(ctx, o)
				done <- struct{}{}
			})
		}
		if idle > 0 && len(claimed) > 0 {
			continue // there may be more
		}
		select {
		case <-ctx.Done():
			return nil
		case <-done:
			idle++
		case <-ticker.C:
		case <-r.wake:
		}
	}
}

func (r *resumer) claim(ctx context.Context, most int) []order.Claimed {
	if most == 0 {
		return nil
	}
	claimed, err := r.orders.Claim(ctx, most)
	if err != nil && ctx.Err() == nil {
		r.log.WarnContext(ctx, "orders stay undone", "error.message", err.Error())
	}
	return claimed
}

func (r *resumer) resume(ctx context.Context, o order.Claimed) {
	if err := r.orders.Resume(ctx, o); err != nil && ctx.Err() == nil {
		r.log.WarnContext(ctx, "an order stays undone", "order", o.ID, "error.message", err.Error())
		return
	}
	level := slog.LevelDebug // releasing is what follows every order that came to nothing
	if o.Status == order.Pending {
		level = slog.LevelInfo
	}
	r.log.Log(ctx, level, "order taken up", "order", o.ID)
}
