package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/techcommerce/platform/apps/internal/audit"
	"github.com/techcommerce/platform/apps/order-api/order"
)

// leastKept is the least that orders are kept as they are: what compares them with the stock that is reserved for them
// looks back less far.
const leastKept = 7 * 24 * time.Hour

// retention forgets what has been kept for long enough: the Idempotency-Keys of old orders, who placed them, and orders
// that were rejected. Replicas may all do so: what is forgotten stays so. All ages are by the store's clock.
type retention struct {
	store order.Store
	audit audit.Log
	// keys, orders and rejected are how long those are kept; orders and rejected are 0 where they are kept for good.
	keys, orders, rejected time.Duration
	log                    *slog.Logger
}

// most is how many orders one transaction goes through.
const most = 1000

func (r retention) run(ctx context.Context) error {
	const every = time.Hour
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for seen := int64(0); ; {
		seen = max(seen, r.each(ctx, "old keys forgotten", seen, func(after int64) (int64, int, error) {
			return r.store.ForgetKeys(ctx, after, r.keys, most)
		}))
		r.each(ctx, "entries of the audit log forgotten", 0, func(int64) (int64, int, error) {
			forgotten, err := r.audit.Forget(ctx)
			return 0, forgotten, err
		})
		r.daily(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// daily goes through all orders, in one of the replicas: one that had not ended yesterday may have today.
func (r retention) daily(ctx context.Context) {
	due, err := r.store.Schedule(ctx, "retention", 24*time.Hour)
	if err != nil && ctx.Err() == nil {
		r.log.WarnContext(ctx, "old orders stay as they are", "error.message", err.Error())
	}
	if !due {
		return
	}
	if r.orders > 0 {
		r.each(ctx, "customers of old orders erased", 0, func(after int64) (int64, int, error) {
			return r.store.EraseOld(ctx, after, r.orders, most)
		})
	}
	if r.rejected > 0 {
		r.each(ctx, "old rejected orders deleted", 0, func(int64) (more int64, deleted int, err error) {
			if deleted, err = r.store.DeleteRejected(ctx, r.rejected, most); deleted == most {
				more = 1 // there are no ids to go on from: what was seen is gone
			}
			return more, deleted, err
		})
	}
}

// each does something in parts, from after an id on, until a part says 0, and returns the last id before that.
func (r retention) each(ctx context.Context, done string, seen int64, do func(after int64) (last int64, count int, err error)) int64 {
	for total := 0; ; {
		last, count, err := do(seen)
		if err != nil && ctx.Err() == nil {
			r.log.WarnContext(ctx, "not done: "+done, "error.message", err.Error())
		}
		total += count
		if last == 0 || ctx.Err() != nil {
			if total > 0 {
				r.log.InfoContext(ctx, done, "count", total)
			}
			return seen
		}
		seen = last
	}
}
