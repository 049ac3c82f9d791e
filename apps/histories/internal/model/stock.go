package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/anishathalye/porcupine"

	"github.com/techcommerce/platform/apps/internal/money"
)

// step is what may happen to the stock of a few products at one moment.
type step string

const (
	// take is an order getting its pieces, and give is it giving them back.
	take step = "take"
	give step = "give"
	// refuse is an order being told that there are too few.
	refuse step = "refuse"
	// outbid is an order being told that its total is another.
	outbid step = "outbid"
	// see is somebody reading a product.
	see step = "see"
	// restock adds pieces or takes some away, and reprice sets a price.
	restock step = "restock"
	reprice step = "reprice"
)

// event is one step with what is known of it.
type event struct {
	Step      step
	Order     string
	Lines     []Line
	Total     money.Cents
	Shortages []Shortage
	Product   int64
	Change    int64
	Stock     int64
	Price     money.Cents
	// StockUnknown says that nobody said what stock was after a restock.
	StockUnknown bool
}

// shelf is one product.
type shelf struct {
	Stock int64
	Price money.Cents
}

// stock is the state of the model: the products of one group, and the orders that have pieces of them. States are never
// changed, only replaced.
type stock struct {
	shelves map[int64]shelf
	// holders are the orders that have their pieces, in order.
	holders []string
}

// stockModel is how stock behaves where one thing happens after the other.
func stockModel(initial map[int64]shelf) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return stock{shelves: initial} },
		Step: func(state, input, _ any) (bool, any) {
			return state.(stock).step(input.(event)) //nolint:forcetypeassert // nothing else is put in
		},
		Equal: func(a, b any) bool { return a.(stock).equal(b.(stock)) }, //nolint:forcetypeassert // likewise
		DescribeOperation: func(input, _ any) string {
			return input.(event).String() //nolint:forcetypeassert // likewise
		},
		DescribeState: func(state any) string { return state.(stock).String() }, //nolint:forcetypeassert // likewise
	}
}

// step is whether an event can happen in a state, and the state after it.
func (s stock) step(e event) (possible bool, after stock) {
	switch e.Step {
	case take:
		if s.holds(e.Order) || !s.covers(e.Lines) || s.total(e.Lines) != e.Total {
			return false, s
		}
		return true, s.move(e.Lines, -1).holding(e.Order)
	case give:
		if !s.holds(e.Order) {
			return false, s
		}
		return true, s.move(e.Lines, 1).letting(e.Order)
	case refuse:
		return !s.holds(e.Order) && s.short(e.Lines, e.Shortages), s
	case outbid:
		return s.total(e.Lines) == e.Total, s
	case see:
		return s.shelves[e.Product] == shelf{e.Stock, e.Price}, s
	case restock:
		after := s.move([]Line{{Product: e.Product, Quantity: e.Change}}, 1)
		now := after.shelves[e.Product].Stock
		return now >= 0 && (e.StockUnknown || now == e.Stock), after
	case reprice:
		return true, s.with(e.Product, shelf{s.shelves[e.Product].Stock, e.Price})
	}
	return false, s
}

func (s stock) holds(order string) bool { return slices.Contains(s.holders, order) }

func (s stock) covers(lines []Line) bool {
	return !slices.ContainsFunc(lines, func(l Line) bool { return s.shelves[l.Product].Stock < l.Quantity })
}

// short tells whether just these lines are short, and by what is said. Without shortages it tells whether any is.
func (s stock) short(lines []Line, said []Shortage) bool {
	if len(said) == 0 {
		return !s.covers(lines)
	}
	for _, line := range lines {
		left := s.shelves[line.Product].Stock
		at := slices.IndexFunc(said, func(short Shortage) bool { return short.Product == line.Product })
		if at < 0 && left < line.Quantity || at >= 0 && (said[at].Available != left || left >= line.Quantity) {
			return false
		}
	}
	return true
}

func (s stock) total(lines []Line) (total money.Cents) {
	for _, line := range lines {
		total += s.shelves[line.Product].Price * money.Cents(line.Quantity)
	}
	return total
}

func (s stock) with(product int64, now shelf) stock {
	shelves := map[int64]shelf{product: now}
	for id, other := range s.shelves {
		if id != product {
			shelves[id] = other
		}
	}
	return stock{shelves: shelves, holders: s.holders}
}

func (s stock) move(lines []Line, sign int64) stock {
	for _, line := range lines {
		now := s.shelves[line.Product]
		s = s.with(line.Product, shelf{now.Stock + sign*line.Quantity, now.Price})
	}
	return s
}

func (s stock) holding(order string) stock {
	holders := append(slices.Clone(s.holders), order)
	slices.Sort(holders)
	return stock{shelves: s.shelves, holders: holders}
}

func (s stock) letting(order string) stock {
	holders := slices.DeleteFunc(slices.Clone(s.holders), func(h string) bool { return h == order })
	return stock{shelves: s.shelves, holders: holders}
}

func (s stock) equal(other stock) bool {
	for id, shelf := range s.shelves {
		if other.shelves[id] != shelf {
			return false
		}
	}
	return slices.Equal(s.holders, other.holders)
}

func (s stock) String() string {
	var parts []string
	for id, shelf := range s.shelves {
		parts = append(parts, fmt.Sprintf("%d: %d at %s", id, shelf.Stock, shelf.Price))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ") + "; taken by " + strings.Join(s.holders, ", ")
}

func (e event) String() string {
	lines := ""
	for _, line := range e.Lines {
		lines += fmt.Sprintf(" %d×%d", line.Quantity, line.Product)
	}
	switch e.Step {
	case take, outbid:
		return fmt.Sprintf("%s: %s%s for %s", e.Order, e.Step, lines, e.Total)
	case give:
		return fmt.Sprintf("%s: give back%s", e.Order, lines)
	case refuse:
		return fmt.Sprintf("%s: refused%s, short %v", e.Order, lines, e.Shortages)
	case see:
		return fmt.Sprintf("see %d: %d at %s", e.Product, e.Stock, e.Price)
	case restock:
		return fmt.Sprintf("restock %d by %+d: %d", e.Product, e.Change, e.Stock)
	}
	return fmt.Sprintf("reprice %d: %s", e.Product, e.Price)
}
