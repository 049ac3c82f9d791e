package books

import (
	"fmt"
	"maps"
	"slices"

	"github.com/techcommerce/platform/apps/internal/money"
)

// Supply is what there was to sell of a product: what it began with and what was added while the shop was open.
type Supply struct{ Initial, Added int64 }

// Promise is what one customer was told of the one order that they wanted. Its customer's name is nobody else's.
type Promise struct {
	Customer string
	// Confirmed says that some answer confirmed the order, with this id and total.
	Confirmed bool
	ID        int64
	Total     money.Cents
	// Keyed says that the order has an Idempotency-Key. One without is taken back when its client has left.
	Keyed bool
	// Cancels says that somebody tried to cancel it.
	Cancels bool
	// Refused says that an answer said for good that nothing was ordered.
	Refused bool
	// Shown are the totals that the customer agreed to, one after the other; none if they never said.
	Shown []money.Cents
}

// Check finds everything that does not agree. Nothing may be under way.
func (b Books) Check(supplies map[int64]Supply, promises []Promise) (problems []string) {
	problems = append(problems, b.checkOrders()...)
	problems = append(problems, b.checkReservations()...)
	problems = append(problems, b.checkStock(supplies)...)
	return append(problems, b.checkPromises(promises)...)
}

// sold tells whether an order is one that its customer has got.
func (o Order) sold() bool {
	return slices.Contains([]string{"confirmed", "processing", "shipped", "delivered"}, o.Status)
}

func (b Books) checkOrders() (problems []string) {
	for _, o := range b.Orders {
		name := fmt.Sprintf("order %d of %s (%s)", o.ID, o.Customer, o.Status)
		if o.Status == "pending" || o.Due {
			problems = append(problems, name+" is not finished")
		}
		if !o.sold() {
			continue
		}
		r, ok := b.Reservations[o.Reservation]
		if !ok || r.Status != "confirmed" {
			problems = append(problems, fmt.Sprintf("%s: its reservation is %q, want it confirmed", name, r.Status))
			continue
		}
		if !slices.Equal(ordered(o.Items), ordered(r.Items)) {
			problems = append(problems, fmt.Sprintf("%s is for %v, its reservation for %v", name, o.Items, r.Items))
		}
		if total := sum(o.Items); total != o.Total {
			problems = append(problems, fmt.Sprintf("%s: its total is %s, its items add up to %s", name, o.Total, total))
		}
	}
	return problems
}

func (b Books) checkReservations() (problems []string) {
	orders := map[string]Order{}
	for _, o := range b.Orders {
		orders[o.Reservation] = o
	}
	for _, id := range slices.Sorted(maps.Keys(b.Reservations)) {
		r := b.Reservations[id]
		if o, ok := orders[id]; r.Takes() && !ok {
			problems = append(problems, fmt.Sprintf("reservation %s is %s for no order", id, r.Status))
		} else if r.Takes() && !o.sold() {
			problems = append(problems,
				fmt.Sprintf("reservation %s is %s for order %d of %s, which is %s", id, r.Status, o.ID, o.Customer, o.Status))
		}
	}
	return problems
}

func (b Books) checkStock(supplies map[int64]Supply) (problems []string) {
	sold := map[int64]int64{}
	for _, o := range b.Orders {
		for _, item := range o.Items {
			if o.sold() {
				sold[item.ProductID] += item.Quantity
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(supplies)) {
		s, left := supplies[id], b.Products[id].Stock
		if s.Initial+s.Added != left+sold[id] {
			problems = append(problems, fmt.Sprintf("product %d: %d at first and %d added, but %d left and %d sold (%+d)",
				id, s.Initial, s.Added, left, sold[id], left+sold[id]-s.Initial-s.Added))
		}
	}
	return problems
}

func (b Books) checkPromises(promises []Promise) (problems []string) {
	placed := map[string][]Order{}
	for _, o := range b.Orders {
		placed[o.Customer] = append(placed[o.Customer], o)
	}
	for _, p := range promises {
		for _, problem := range p.check(placed[p.Customer]) {
			problems = append(problems, p.Customer+" "+problem)
		}
	}
	return problems
}

// check compares what a customer was told with the orders that they have.
func (p Promise) check(orders []Order) (problems []string) {
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	// Whoever was refused may have tried anew.
	alive := slices.DeleteFunc(slices.Clone(orders), func(o Order) bool { return o.Status == "rejected" })
	if len(alive) > 1 {
		say("has %d orders instead of one", len(alive))
	}
	found := false
	for _, o := range orders {
		found = found || o.ID == p.ID
		switch {
		case p.Confirmed && o.ID == p.ID && o.Total != p.Total:
			say("was told that order %d costs %s, it costs %s", o.ID, p.Total, o.Total)
		case p.Confirmed && o.ID == p.ID && !o.sold() && !(p.Cancels && o.Status == "cancelled"):
			say("was told that order %d is confirmed, it is %s", o.ID, o.Status)
		case p.Refused && o.sold():
			say("was told that nothing was ordered, but order %d is %s", o.ID, o.Status)
		case len(p.Shown) > 0 && o.sold() && !slices.Contains(p.Shown, o.Total):
			say("was shown a total of %s and is charged %s for order %d", p.Shown, o.Total, o.ID)
		case o.Status == "cancelled" && !p.Cancels && p.Keyed:
			say("never cancelled order %d, which is cancelled", o.ID)
		}
	}
	if p.Confirmed && !found {
		say("was told that order %d is confirmed, there is no such order", p.ID)
	}
	return problems
}

func ordered(lines []Line) []Line {
	return slices.SortedFunc(slices.Values(lines), func(a, b Line) int { return int(a.ProductID - b.ProductID) })
}

func sum(lines []Line) (total money.Cents) {
	for _, line := range lines {
		total += line.Price * money.Cents(line.Quantity)
	}
	return total
}
