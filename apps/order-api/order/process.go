package order

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/money"
)

// process brings a pending order to its end, through steps that may all have been done before. The order returned is as
// it stands, which may be elsewhere if somebody else was faster.
func (s *Service) process(ctx context.Context, o Order) (Order, error) {
	if o.Status != Pending {
		return o, nil
	}
	if o.Damaged != nil {
		return o, fmt.Errorf("order %d: %w", o.ID, o.Damaged)
	}
	reserved, err := s.Inventory.Reserve(ctx, o.Reservation, o.Items, o.Expected)
	if final(err) {
		return s.end(ctx, o, Transition{To: Rejected, Problem: fault.As(err)})
	}
	if err != nil {
		return o, fmt.Errorf("order %d: reserve: %w", o.ID, err)
	}
	total, ok := sum(reserved.Items)
	if !ok {
		return s.end(ctx, o, Transition{To: Rejected, Problem: errTooMuch})
	}
	if o.Expected != nil && *o.Expected != total { // an older inventory does not know what was expected
		return s.end(ctx, o, Transition{To: Rejected, Problem: PricesChanged(reserved.Items, total)})
	}
	if !reserved.Confirmed {
		if err := s.Inventory.Confirm(ctx, o.Reservation); err != nil {
			return o, fmt.Errorf("order %d: confirm: %w", o.ID, stillOpen(err))
		}
	}
	if gone(ctx) {
		return o, fmt.Errorf("order %d: %w", o.ID, errLate)
	}
	return s.end(ctx, o, Transition{To: Confirmed, Items: reserved.Items, Total: total, InLease: o.Key == ""})
}

// end moves an order that is still pending, and leaves one alone that is not. Who ends it tells the world.
func (s *Service) end(ctx context.Context, o Order, step Transition) (Order, error) {
	ended, moved, err := s.Store.Move(ctx, o.ID, step)
	if err != nil {
		return o, fmt.Errorf("order %d: end: %w", o.ID, err)
	}
	if moved {
		s.ended(step.To)
	} else if ended.Status == Pending {
		return ended, fmt.Errorf("order %d: %w", o.ID, errLate)
	}
	return ended, nil
}

// ended tells of an order that has come to its end. What it may have reserved is released in the background: whoever
// ordered in vain need not wait for it.
func (s *Service) ended(at Status) {
	s.Ended(at)
	if at.ReturnsStock() {
		s.Wake()
	}
}

// finish processes an order and, where that fails, writes down what is to become of it. It returns what the order
// became: a step whose answer was lost may have worked.
func (s *Service) finish(ctx context.Context, o Order) (Order, error) {
	became, err := s.process(ctx, o)
	if err == nil {
		return became, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanup)
	defer cancel()
	if o.Key == "" {
		return s.giveUp(ctx, o, err)
	}
	return s.postpone(ctx, o, err), nil
}

// giveUp ends an order that nobody can ask for again, unless it has come to its end meanwhile.
func (s *Service) giveUp(ctx context.Context, o Order, cause error) (Order, error) {
	became, err := s.insist(ctx, o, Transition{To: Rejected, Problem: errAbandoned})
	if err != nil {
		s.Log.ErrorContext(ctx, "the outcome of an order is unknown until the store can be used", "order", o.ID,
			"error.message", errors.Join(err, cause).Error())
		return o, unknown(o, err)
	}
	if became.Problem != nil && became.Problem.Message == errAbandoned.Message {
		return became, cause
	}
	return became, nil
}

// insist takes a step however often it takes, as long as the context lasts, and returns what the order became. The step
// may find that the order has gone elsewhere.
func (s *Service) insist(ctx context.Context, o Order, step Transition) (Order, error) {
	const again = 50 * time.Millisecond
	for {
		became, moved, err := s.Store.Move(ctx, o.ID, step)
		if moved {
			s.ended(step.To)
		}
		if err == nil || !unavailable(err) || !sleep(ctx, again) {
			return became, err
		}
	}
}

// postpone leaves a pending order for the resumer and returns what the order is. What cannot be written now is due
// anyway when the lease ends.
func (s *Service) postpone(ctx context.Context, o Order, cause error) Order {
	became, err := s.Store.Postpone(ctx, o, pause)
	if err != nil {
		became = o
	}
	if became.Status == Pending {
		s.Log.WarnContext(ctx, "an order stays pending", "order", o.ID, "error.message", errors.Join(cause, err).Error())
	}
	return became
}

// release gives back what an order that came to nothing may have reserved.
func (s *Service) release(ctx context.Context, o Order) error {
	if !o.Status.ReturnsStock() || o.Due.IsZero() {
		return nil
	}
	if err := s.Inventory.Release(ctx, o.Reservation); err != nil {
		return fmt.Errorf("order %d: release: %w", o.ID, err)
	}
	return s.Store.Released(ctx, o.ID)
}

// PricesChanged is the fault of an order whose lines cost something else than its customer was shown.
func PricesChanged(lines []Item, total money.Cents) *fault.Error {
	return &fault.Error{
		Kind: fault.Conflict, Message: "Prices have changed",
		Details: map[string]any{"lines": lines, "total": total},
	}
}

// unknown is the honest answer where the store cannot be asked what became of an order without a key. It names the
// order, so that its caller can find out before trying again.
func unknown(o Order, cause error) error {
	err := fault.Down("It is not known whether the order was placed", cause)
	err.Details = map[string]any{"order": o.ID}
	return err
}

// final tells that an order can never be had, as opposed to not now.
func final(err error) bool {
	switch fault.KindOf(err) {
	case fault.Conflict, fault.Unprocessable:
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
