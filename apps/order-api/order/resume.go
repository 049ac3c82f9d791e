package order

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Resume takes up what is due: orders that were left pending by a crash or an outage, and reservations to give back.
// Any number of replicas may do so at once. It returns how many orders it took up, and what went wrong with some.
func (d *Desk) Resume(ctx context.Context) (taken int, err error) {
	const most = 20
	now := d.Now()
	due, err := d.Store.Claim(ctx, now, now.Add(lease), most)
	if err != nil {
		return 0, err
	}
	var problems []error
	for _, o := range due {
		if err := d.resume(ctx, o); err != nil {
			problems = append(problems, err)
		}
	}
	return len(due), errors.Join(problems...)
}

func (d *Desk) resume(ctx context.Context, o Order) (err error) {
	switch {
	case o.Status != Pending:
	case o.Key == "":
		o, err = d.reject(ctx, o, errAbandoned, d.Now())
	default:
		o, err = d.carry(ctx, o)
	}
	if err != nil {
		d.postpone(ctx, o, err)
		return err
	}
	return d.release(ctx, o)
}

// release gives back what an order that came to nothing may have reserved.
func (d *Desk) release(ctx context.Context, o Order) error {
	if o.Status != Rejected && o.Status != Cancelled || o.Due.IsZero() {
		return nil
	}
	if err := d.Inventory.Release(ctx, o.Reservation); err != nil {
		return fmt.Errorf("order %d: release: %w", o.ID, err)
	}
	_, err := d.Store.Change(ctx, o.ID, func(o *Order) error {
		o.Due = time.Time{}
		return nil
	})
	return err
}

// Cancel ends an order that is not yet shipped and gives its stock back, at the latest when somebody resumes.
// allow decides, with the order as it is, whether it may be cancelled at all. Cancelling again changes nothing.
func (d *Desk) Cancel(ctx context.Context, id int64, allow func(Order) error) (Order, error) {
	now, moved := d.Now(), false
	cancelled, err := d.Store.Change(ctx, id, func(o *Order) error {
		moved = false
		if err := allow(*o); err != nil || o.Status == Cancelled {
			return err
		}
		if err := o.move(Cancelled); err != nil {
			return err
		}
		moved = true
		if o.Reservation != "" { // orders from before this system have none
			o.Due = now
		}
		return nil
	})
	if err != nil {
		return Order{}, err
	}
	if moved {
		d.Ended(Cancelled)
		if err := d.release(ctx, cancelled); err != nil {
			d.Log.WarnContext(ctx, "stock will be given back later", "error.message", err.Error())
		}
	}
	return cancelled, nil
}

// Move brings a confirmed order on: to processing, shipped, delivered.
func (d *Desk) Move(ctx context.Context, id int64, to Status) (Order, error) {
	return d.Store.Change(ctx, id, func(o *Order) error {
		if o.Status == to {
			return nil
		}
		return o.move(to)
	})
}
