package order

import (
	"context"
	"log/slog"
	"time"

	"github.com/techcommerce/platform/apps/internal/fault"
)

// Times of the workflow. Whoever processes an order is done with it before the lease ends.
const (
	// work is how long an order is processed at a time.
	work = 7 * time.Second
	// cleanup is how long writing down what came of it may take after that.
	cleanup = 2 * time.Second
	// lease is for how long whoever processes an order has it alone.
	lease = work + cleanup + time.Second
	// pause is how long an order waits that could not be finished.
	pause = 2 * time.Second
	// answering is what is left of the caller's patience for the answer when processing ends.
	answering = time.Second
)

// Service places orders and brings them to their end.
type Service struct {
	Store     Store
	Inventory Inventory
	// MaxAge is how long an order may be pending before it is given up.
	MaxAge time.Duration
	// Ended is told of each order that reaches confirmed, rejected or cancelled, by whoever brought it there.
	Ended func(Status)
	// SetAside is told of each pending order that cannot be processed because its record cannot be read.
	SetAside func()
	// Wake tells whoever claims orders that one is due now.
	Wake func()
	Log  *slog.Logger
}

// Errors of orders that did not come about.
var (
	errOtherOrder = fault.New(fault.Unprocessable, "Idempotency-Key was used for another order")
	errAbandoned  = fault.New(fault.Unavailable, "The order was given up: nobody could have asked for it again")
	errTooOld     = fault.New(fault.Unavailable, "The order was given up: it could not be finished for too long")
	errTooMuch    = fault.New(fault.Unprocessable, "The order's total is too large")
	errLate       = fault.Down("The order could not be finished in time", nil)
)

// Place takes an order and secures it. replayed tells that the draft's key was known: then it is the order that was
// placed then. An order that is rejected is returned as the fault that rejected it.
//
// An order with a key that could not be finished in time is returned as pending, without an error: it will be
// processed on, and whoever asks again with the key will find it. One without a key is given up instead when it cannot
// be finished or its caller leaves, for its caller cannot ask for it, and would buy twice by trying again. Where even
// that cannot be written down, the error says that the outcome is unknown, and the order's id is returned beside it.
func (s *Service) Place(ctx context.Context, draft Draft) (placed Order, replayed bool, err error) {
	working, cancel := s.working(ctx, draft.Key != "")
	defer cancel()
	kept, created, err := s.insert(working, draft)
	if err != nil {
		return kept, false, err
	}
	if created {
		placed, err = s.finish(working, kept)
	} else {
		placed, err = s.await(working, kept)
	}
	if err == nil && draft.Key == "" && placed.Status == Confirmed && gone(ctx) {
		return s.withdraw(ctx, placed)
	}
	if err == nil && placed.Status == Rejected && placed.Problem != nil {
		err = placed.Problem
	}
	return placed, !created, err
}

// working is the context in which an order is processed: for at most so long, and early enough for its caller to hear
// of it. An order with a key goes on without its caller, up to the same moment.
func (s *Service) working(ctx context.Context, keyed bool) (context.Context, context.CancelFunc) {
	within := work
	if deadline, ok := ctx.Deadline(); ok {
		left := time.Until(deadline)
		within = min(within, left-min(answering, left/4))
	}
	if keyed {
		ctx = context.WithoutCancel(ctx)
	}
	return context.WithTimeout(ctx, within)
}

// gone tells that nobody waits for the answer any more. The clock counts as well as the context: timers of a process
// that was stopped may not have fired yet.
func gone(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && !time.Now().Before(deadline)
}

// insert writes the order down as pending. Where the key stands for another order, that one's id is returned with the
// error. An order without a key is leased until its caller's deadline and no longer.
// With a key, an insert whose answer was lost may be repeated: it finds the order that the first one has made.
func (s *Service) insert(ctx context.Context, draft Draft) (kept Order, created bool, err error) {
	wanted, err := draft.order()
	if err != nil {
		return Order{}, false, err
	}
	held := lease
	if deadline, ok := ctx.Deadline(); ok && draft.Key == "" {
		held = time.Until(deadline)
	}
	kept, created, err = s.Store.Insert(ctx, wanted, held)
	if unavailable(err) && draft.Key != "" && !gone(ctx) {
		kept, created, err = s.Store.Insert(ctx, wanted, held)
	}
	if err != nil {
		return Order{}, false, err
	}
	if kept.Fingerprint != wanted.Fingerprint {
		return Order{ID: kept.ID}, false, errOtherOrder
	}
	return kept, created || kept.Reservation == wanted.Reservation, nil
}

// await is for an order that was placed before and may still be pending: whoever has its lease is waited for, and where
// nobody has, the order is processed here.
func (s *Service) await(ctx context.Context, o Order) (Order, error) {
	const longest = 250 * time.Millisecond
	for wait := longest / 16; o.Status == Pending; wait = min(2*wait, longest) {
		found, taken, err := s.Store.Take(ctx, o.ID, lease)
		switch {
		case err != nil && gone(ctx):
			return o, nil
		case err != nil:
			return Order{}, err
		case taken:
			return s.finish(ctx, found)
		}
		o = found
		if o.Status != Pending || !sleep(ctx, wait) {
			return o, nil
		}
	}
	return o, nil
}

// withdraw takes back an order without a key that was confirmed when its caller was gone already.
func (s *Service) withdraw(ctx context.Context, o Order) (Order, bool, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanup)
	defer cancel()
	cancelled, err := s.insist(ctx, o, Transition{To: Cancelled, Problem: errAbandoned})
	if err != nil {
		return o, false, unknown(o, err)
	}
	return cancelled, false, errAbandoned
}

func unavailable(err error) bool { return fault.KindOf(err) == fault.Unavailable }

// sleep says whether the pause ended before the context did.
func sleep(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
