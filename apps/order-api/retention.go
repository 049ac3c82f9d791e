package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/techcommerce/platform/apps/order-api/order"
)

// retention forgets the Idempotency-Keys of old orders. Replicas may all do so: what is forgotten stays so.
type retention struct {
	store order.Store
	age   time.Duration
	log   *slog.Logger
}

func (r retention) run(ctx context.Context) error {
	const every, most = time.Hour, 1000
	var seen int64
	for ticker := time.NewTicker(every); ; {
		last, forgotten, err := r.store.ForgetKeys(ctx, seen, r.age, most)
		if err != nil && ctx.Err() == nil {
			r.log.WarnContext(ctx, "old keys could not be forgotten", "error.message", err.Error())
		}
		if forgotten > 0 {
			r.log.InfoContext(ctx, "old keys forgotten", "count", forgotten)
		}
		if seen = max(seen, last); last > 0 && ctx.Err() == nil {
			continue // there may be more
		}
		select {
		case <-ctx.Done():
			ticker.Stop()
			return nil
		case <-ticker.C:
		}
	}
}
