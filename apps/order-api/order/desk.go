package order

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/money"
)

// Times of the flow.
const (
	// lease is for how long whoever works on an order has it alone. Losing it is harmless, only twice the work.
	lease = 30 * time.Second
	// pause is how long an order waits that could not be finished.
	pause = 2 * time.Second
)

// Desk takes orders and carries them to their end.
type Desk struct {
	Store     Store
	Inventory Inventory
	// Now is the clock.
	Now func() time.Time
	// Ended is told of each order that reaches confirmed, rejected or cancelled, by whoever brought it there.
	Ended func(Status)
	Log   *slog.Logger
}

// Errors of orders that did not come about.
var (
	errOtherOrder = fault.New(fault.Unprocessable, "Idempotency-Key was used for another order")
	errAbandoned  = fault.New(fault.Unavailable, "The order was given up: nobody could have asked for it again")
	errTooMuch    = fault.New(fault.Unprocessable, "The order's total is too large")
)

// Place takes an order and secures it. replayed tells that the draft's key was known: then it is the order that was
// placed then. An order that is rejected is returned as the fault that rejected it.
//
// A fault of kind Unavailable leaves an order with a key pending, to be carried on; who asks again with the key will
// find it. One without a key is given up instead: its client cannot ask for it, and would buy twice by trying again.
func (d *Desk) Place(ctx context.Context, draft Draft) (placed Order, replayed bool, err error) {
	now := d.Now()
	wanted, err := draft.order(now, now.Add(lease))
	if err != nil {
		return Order{}, false, err
	}
	kept, created, err := d.Store.Insert(ctx, wanted)
	if err != nil {
		return Order{}, false, err
	}
	if kept.Fingerprint != wanted.Fingerprint {
		return Order{}, false, errOtherOrder
	}
	placed, err = d.carry(ctx, kept)
	if err != nil {
		d.postpone(ctx, kept, err)
		return kept, !created, err
	}
	if placed.Status == Rejected {
		return placed, !created, placed.Problem
	}
	return placed, !created, nil
}

// carry brings a pending order to its end, through steps that may all have been done before. The order returned is as
// it stands, which may be elsewhere if somebody else was faster.
func (d *Desk) carry(ctx context.Context, o Order) (Order, error) {
	if o.Status != Pending {
		return o, nil
	}
	items, err := d.Inventory.Reserve(ctx, o.Reservation, o.Items)
	if final(err) {
		return d.reject(ctx, o, fault.As(err), time.Time{})
	}
	if err != nil {
		return o, fmt.Errorf("order %d: reserve: %w", o.ID, err)
	}
	total, ok := sum(items)
	if !ok {
		return d.reject(ctx, o, errTooMuch, d.Now())
	}
	if err := d.Inventory.Confirm(ctx, o.Reservation); err != nil {
		return o, fmt.Errorf("order %d: confirm: %w", o.ID, stillOpen(err))
	}
	return d.end(ctx, o, func(o *Order) error {
		o.Items, o.Total, o.Due = items, total, time.Time{}
		return o.move(Confirmed)
	})
}

// reject ends a pending order for a reason. Where it may have reserved something, release says when to give it back;
// a refused reservation holds nothing and never will, so there it is zero.
func (d *Desk) reject(ctx context.Context, o Order, problem *fault.Error, release time.Time) (Order, error) {
	return d.end(ctx, o, func(o *Order) error {
		o.Problem, o.Due = problem, release
		return o.move(Rejected)
	})
}

// end changes an order that is still pending, and leaves one alone that is not. Who ends it tells the world.
func (d *Desk) end(ctx context.Context, o Order, change func(*Order) error) (Order, error) {
	ended, err := d.Store.Change(ctx, o.ID, func(o *Order) error {
		if o.Status != Pending {
			return errElsewhere
		}
		return change(o)
	})
	if errors.Is(err, errElsewhere) {
		return d.Store.Find(ctx, o.ID)
	}
	if err != nil {
		return o, fmt.Errorf("order %d: end: %w", o.ID, err)
	}
	d.Ended(ended.Status)
	return ended, nil
}

var errElsewhere = errors.New("the order is not pending any more")

// postpone leaves a pending order for the resumer, or gives it up if it has no key. What cannot be written now is due
// anyway when the lease ends.
func (d *Desk) postpone(ctx context.Context, o Order, cause error) {
	var err error
	if o.Key == "" {
		_, err = d.reject(ctx, o, errAbandoned, d.Now())
	} else {
		due := d.Now().Add(pause)
		_, err = d.Store.Change(ctx, o.ID, func(o *Order) error {
			if o.Status != Pending {
				return errElsewhere
			}
			o.Due = due
			return nil
		})
	}
	if err != nil && !errors.Is(err, errElsewhere) {
		d.Log.WarnContext(ctx, "an order stays leased", "order", o.ID, "error.message", errors.Join(err, cause).Error())
	}
}

// final tells that an order can never be had, as opposed to not now.
func final(err error) bool {
	switch fault.KindOf(err) {
	case fault.Conflict, fault.Unprocessable, fault.Invalid:
		return true
	}
	return false
}

// stillOpen makes a reservation that expired under way something to try again: it can be made anew.
func stillOpen(err error) error {
	if fault.KindOf(err) == fault.Conflict {
		return fault.Down("The reservation expired", err)
	}
	return err
}

func sum(items []Item) (total money.Cents, ok bool) {
	for _, item := range items {
		line, fits := item.Price.Times(item.Quantity)
		if !fits || total+line < total {
			return 0, false
		}
		total += line
	}
	return total, true
}
