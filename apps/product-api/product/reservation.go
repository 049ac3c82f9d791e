package product

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/money"
)

// Bounds of what one order may ask for.
const (
	MaxLines    = 100
	MaxQuantity = 10_000
	// MaxReservationID is how many bytes a reservation's id may have.
	MaxReservationID = 64
)

// Line is what an order asks for of one product.
type Line struct {
	ProductID int64
	Quantity  int64
}

// Wanted is what an order asks to have reserved.
type Wanted struct {
	ID string
	// Lines name each product once.
	Lines []Line
	// Confirm makes the reservation last at once. Without it the reservation is held, and expires after Lifetime
	// unless it is confirmed by then.
	Confirm  bool
	Lifetime time.Duration
	// Total is the sum that the customer was shown. Nil is not compared.
	Total *money.Cents
}

// Status is what the reservation becomes if stock covers it.
func (w Wanted) Status() Hold {
	if w.Confirm {
		return Confirmed
	}
	return Held
}

// Check refuses what no store could answer well.
func (w Wanted) Check() error {
	seen := map[int64]bool{}
	for _, line := range w.Lines {
		if seen[line.ProductID] || line.Quantity < 1 {
			return fmt.Errorf("product %d is listed twice or without a quantity", line.ProductID)
		}
		seen[line.ProductID] = true
	}
	if len(seen) == 0 {
		return errors.New("nothing is wanted")
	}
	return nil
}

// Item is a reserved line, with the product's name and price at that time.
type Item struct {
	ProductID int64       `json:"product_id"`
	Name      string      `json:"name"`
	Price     money.Cents `json:"price"`
	Quantity  int64       `json:"quantity"`
}

// Hold is where a reservation stands.
type Hold string

// Where a reservation may stand. Held and confirmed ones have taken from stock, the others have not or no longer.
// Refused and released are for good; expired may be held again under the same id.
const (
	Held      Hold = "held"
	Confirmed Hold = "confirmed"
	Released  Hold = "released"
	Refused   Hold = "refused"
	Expired   Hold = "expired"
)

// Taken tells whether the reservation's quantities are out of stock.
func (h Hold) Taken() bool { return h == Held || h == Confirmed }

// Reservation is stock set aside for one order.
type Reservation struct {
	ID     string `json:"id"`
	Status Hold   `json:"status"`
	Items  []Item `json:"items"`
	// At is when it came to stand where it stands, by the database's clock. Lists have it.
	At time.Time `json:"at,omitzero"`
}

// ReservationFilter selects reservations for a list by id: those after an id, at most Limit, that have stood for
// MinAge where they stand now.
type ReservationFilter struct {
	After    string
	Limit    int
	MinAge   time.Duration
	Statuses []Hold
}

// Faults of reservations that cannot go on.
var (
	ErrReleased = &fault.Error{
		Kind: fault.Conflict, Message: "Reservation was released", Details: map[string]any{"status": Released},
	}
	ErrNotHeld = &fault.Error{
		Kind: fault.Conflict, Message: "Reservation is not held", Details: map[string]any{"status": Expired},
	}
	ErrOther = fault.New(fault.Unprocessable, "Reservation exists with other items")
)

// Same tells whether a reservation is for just these lines, in whatever order.
func (r Reservation) Same(lines []Line) bool {
	want := map[int64]int64{}
	for _, line := range lines {
		want[line.ProductID] += line.Quantity
	}
	have := map[int64]int64{}
	for _, item := range r.Items {
		have[item.ProductID] += item.Quantity
	}
	return maps.Equal(want, have)
}
