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

// move puts the order where it may go. This is the only place that changes a status.
func (o *Order) move(to Status) error {
	if slices.Contains(next(o.Status), to) {
		o.Status = to
		return nil
	}
	return &fault.Error{
		Kind: fault.Conflict, Message: fmt.Sprintf("An order that is %s cannot become %s", o.Status, to),
		Details: map[string]any{"status": o.Status},
	}
}
