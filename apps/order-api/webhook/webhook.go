// Package webhook sends each change of an order to the receivers that are configured, at least once and signed as the
// Standard Webhooks specification says. It knows neither SQL nor how orders are processed: the store writes an event in
// the transaction of the change itself (a transactional outbox), and this package delivers what the store hands out.
//
// Events of one order reach one receiver in the order in which they happened: the next one is sent once the receiver
// accepted the one before. Orders, and receivers, are independent of one another. What a receiver does not accept is
// sent again after exponentially growing pauses; after a limit it becomes a dead letter, and with it all later events of
// the same order for the same receiver, until the shop's owner has them sent again or discards them.
//
// A duplicate carries the id of its original, and may arrive after later events of the order.
package webhook

import (
	"context"
	"time"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/money"
	"github.com/techcommerce/platform/apps/order-api/order"
)

// Receiver is where events are sent.
type Receiver struct {
	// Name identifies the receiver in the outbox: an event is for one name, whatever its URL is by then.
	Name string
	URL  string
	// Keys sign each event: during a rotation the old one and the new one.
	Keys []Key
}

// Event is a change of an order on its way to one receiver.
type Event struct {
	// Row identifies this event for this receiver. Of two events for a receiver and order, the later has the greater one.
	Row int64
	// ID identifies the change. It is the same for all receivers and all attempts. It is random, so that a database which is
	// restored from a backup never gives another change the same one.
	ID       string
	Receiver string
	Order    int64
	// Sequence counts the changes of the order, from 1, which is the order being placed.
	Sequence int64
	Status   order.Status
	// At is when the order came to the status, by the store's clock.
	At    time.Time
	Items []order.Item
	Total money.Cents
	// Problem is why the order was rejected or cancelled, nil if there is no reason.
	Problem *fault.Error
	// Attempts is how many were made, the one that the event was claimed for included.
	Attempts int
	// Lease is until when whoever claimed the event has it alone.
	Lease time.Time
	// Failure is what became of the attempt before.
	Failure string
}

// MostCounted bounds what of each kind is counted for a receiver: more is this many.
const MostCounted = 10_000

// Backlog is what the outbox holds for one receiver.
type Backlog struct {
	Receiver string
	// Pending events are still to be delivered, Dead ones are not sent any more. Both are at most MostCounted.
	Pending, Dead int
	// Oldest is how long ago the oldest pending event happened, 0 if there is none.
	Oldest time.Duration
}

// LongestLease bounds leases. An event that is not due for longer waits for its next attempt: none is under way.
const LongestLease = time.Minute

// Failure is what is to become of an event that was not accepted.
type Failure struct {
	// Pause is how long its order's events for its receiver wait.
	Pause time.Duration
	// Dead stops them instead.
	Dead bool
	// Reason is why, for people.
	Reason string
}

// Selection names dead letters: those of a receiver, of one of its orders if Order is not 0.
type Selection struct {
	Receiver string
	Order    int64
	// Pending selects what is still to be sent as well, which is for receivers that nobody delivers to any more.
	Pending bool
}

// Outbox hands out events. Every method is atomic, and times are by the store's clock, which all replicas share.
type Outbox interface {
	// ClaimEvents leases events for a receiver that are due, at most so many and for at most LongestLease. An event whose
	// order has an earlier one for the receiver is not due.
	ClaimEvents(ctx context.Context, receiver string, lease time.Duration, most int) ([]Event, error)
	// Delivered removes an event. It may be repeated.
	Delivered(ctx context.Context, event Event) error
	// Failed notes that an event was not accepted, unless somebody else has leased it since.
	Failed(ctx context.Context, event Event, failure Failure) error
	// Backlogs counts what is there, by receiver.
	Backlogs(ctx context.Context) ([]Backlog, error)
	// DeadLetters lists dead letters with greater rows than one, at most so many, the oldest first.
	DeadLetters(ctx context.Context, after int64, most int) ([]Event, error)
	// Replay makes dead letters pending and due again, at most so many, and returns how many those were.
	Replay(ctx context.Context, selected Selection, most int) (int, error)
	// Discard removes what is selected, at most so many, and returns how many those were.
	Discard(ctx context.Context, selected Selection, most int) (int, error)
}
