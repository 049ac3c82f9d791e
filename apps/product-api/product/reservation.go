package product

import (
	"fmt"
	"maps"
	"slices"

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

// Reservation is stock set aside for one order.
type Reservation struct {
	ID     string `json:"id"`
	Status Hold   `json:"status"`
	Items  []Item `json:"items"`
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

// Shortage is one line that stock does not cover.
type Shortage struct {
	ProductID int64  `json:"product_id"`
	Name      string `json:"name"`
	Requested int64  `json:"requested"`
	Available int64  `json:"available"`
}

// Allot decides whether products cover the lines: all of them, or a fault that names each line at fault.
func Allot(lines []Line, products map[int64]Product) ([]Item, error) {
	var items []Item
	unknown, short := map[string]string{}, map[string]string{}
	var shortages []Shortage
	for i, line := range lines {
		p, ok := products[line.ProductID]
		if !ok {
			unknown[fmt.Sprintf("items[%d].product_id", i)] = "is not a product"
			continue
		}
		if p.Stock < line.Quantity {
			short[fmt.Sprintf("items[%d].quantity", i)] = fmt.Sprintf("%d of %s left", p.Stock, p.Name)
			shortages = append(shortages, Shortage{p.ID, p.Name, line.Quantity, p.Stock})
		}
		items = append(items, Item{ProductID: p.ID, Name: p.Name, Price: p.Price, Quantity: line.Quantity})
	}
	if len(unknown) > 0 {
		maps.Copy(unknown, short)
		return nil, &fault.Error{Kind: fault.Unprocessable, Message: "Unknown product", Fields: unknown}
	}
	if len(short) > 0 {
		return nil, &fault.Error{
			Kind: fault.Conflict, Message: "Not enough stock", Fields: short,
			Details: map[string]any{"shortages": shortages},
		}
	}
	return items, nil
}

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

// Ordered is the items by product id, the one order in which stock is ever locked.
func (r Reservation) Ordered() []Item {
	return slices.SortedFunc(slices.Values(r.Items), func(a, b Item) int { return int(a.ProductID - b.ProductID) })
}
