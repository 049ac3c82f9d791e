package order

import (
	"fmt"
	"slices"

	"github.com/techcommerce/platform/apps/internal/fault"
)

// Status is where an order stands.
type Status string

// Where an order may stand. Pending is before stock is secured; the last three are ends.
const (
	Pending    Status = "pending"
	Confirmed  Status = "confirmed"
	Processing Status = "processing"
	Shipped    Status = "shipped"
	Delivered  Status = "delivered"
	Rejected   Status = "rejected"
	Cancelled  Status = "cancelled"
)

// Statuses lists all of them in the order in which an order passes through.
func Statuses() []Status {
	return []Status{Pending, Confirmed, Processing, Shipped, Delivered, Rejected, Cancelled}
}

// next is the whole status machine: where an order may go from where it stands.
func next(from Status) []Status {
	switch from {
	case Pending:
		return []Status{Confirmed, Rejected, Cancelled}
	case Confirmed:
		return []Status{Processing, Cancelled}
	case Processing:
		return []Status{Shipped, Cancelled}
	case Shipped:
		return []Status{Delivered}
	}
	return nil
}

// From is where an order must stand for the step to be taken.
func (t Transition) From() (from []Status) {
	for _, status := range Statuses() {
		if slices.Contains(next(status), t.To) {
			from = append(from, status)
		}
	}
	return from
}

// Cancellable tells that the order may still be cancelled.
func (o Order) Cancellable() bool {
	return slices.Contains(next(o.Status), Cancelled) && o.Status != Pending
}

// ReturnsStock tells that the status is an end of an order that gets nothing: what it has reserved is to be released.
func (s Status) ReturnsStock() bool { return s == Rejected || s == Cancelled }

// Sold tells that the order was promised to its customer: it must have stock.
func (s Status) Sold() bool {
	return s == Confirmed || s == Processing || s == Shipped || s == Delivered
}

func errStatus(from, to Status) error {
	return &fault.Error{
		Kind: fault.Conflict, Message: fmt.Sprintf("An order that is %s cannot become %s", from, to),
		Details: map[string]any{"status": from},
	}
}
