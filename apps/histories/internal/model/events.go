package model

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/techcommerce/platform/apps/histories/internal/books"
	"github.com/techcommerce/platform/apps/internal/money"
)

// span is when an event may have happened.
type span struct{ from, to time.Duration }

func (s span) of(e any) porcupine.Operation {
	return porcupine.Operation{Input: e, Call: int64(s.from), Return: int64(max(s.from, s.to))}
}

// last is after everything.
func (h indexed) last() span { return span{h.End + 1, h.End + 1} }

// stockOperations are the events of a group. Whether something whose answer was lost has happened, the books tell; when
// it did, nobody knows, so it may have been at any moment from the call on.
func (h indexed) stockOperations(group string) (operations []porcupine.Operation) {
	for _, customer := range h.buyers[group] {
		operations = append(operations, h.orderEvents(customer)...)
	}
	operations = append(operations, h.restocks(group)...)
	for _, call := range h.onProducts[group] {
		switch {
		case call.Kind == Read && call.Status == http.StatusOK:
			operations = append(operations, h.sight(call))
		case call.Kind == Reprice && h.repriced(call):
			to := h.End
			if call.Status == http.StatusOK {
				to = call.End
			}
			operations = append(operations, span{call.Start, to}.of(
				event{Step: reprice, Product: call.Product, Price: call.Said.Price}))
		}
	}
	for _, p := range h.Products {
		if last := h.Books.Products[p.ID]; strconv.Itoa(p.Group) == group {
			operations = append(operations, h.last().of(
				event{Step: see, Product: p.ID, Stock: last.Stock, Price: last.Price}))
		}
	}
	slices.SortStableFunc(operations, func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
	return operations
}

// repriced tells whether a change of price has happened. Who does not hear so changes that product's price no more, so
// the books have it if it has.
func (h indexed) repriced(call Call) bool {
	return call.Status == http.StatusOK || call.Status == 0 && h.Books.Products[call.Product].Price == call.Said.Price
}

// sight is a read. What it shows may be as old as answers are kept, but not from before a change that the same replica
// had already acknowledged.
func (h indexed) sight(read Call) porcupine.Operation {
	from := max(0, read.Start-h.Stale)
	for _, write := range h.onProducts[h.group[read.Product]] {
		if (write.Kind == Restock || write.Kind == Reprice) && write.Product == read.Product &&
			write.Replica == read.Replica && write.Status == http.StatusOK && write.End <= read.Start {
			from = max(from, write.End+1) // events at one and the same moment may be in either order
		}
	}
	return span{from, read.End}.of(event{
		Step: see, Product: read.Product, Stock: read.Said.Stock, Price: read.Said.Price,
	})
}

// restocks are the changes of stock, each once however often it was asked for.
func (h indexed) restocks(group string) (operations []porcupine.Operation) {
	first := map[string]Call{}
	var keys []string
	for _, call := range h.onProducts[group] {
		if call.Kind != Restock {
			continue
		}
		known, ok := first[call.Key]
		switch {
		case !ok:
			keys = append(keys, call.Key)
			first[call.Key] = call
		case known.Status == 0:
			// Somebody asked again. What the second answer shows of stock may be what it is by then.
			known.Status, known.End, known.Said = call.Status, call.End, Said{Stock: -1}
			first[call.Key] = known
		}
	}
	for _, key := range keys {
		if call := first[key]; call.Status == http.StatusOK {
			operations = append(operations, span{call.Start, call.End}.of(event{
				Step: restock, Product: call.Product, Change: call.Change, Stock: call.Said.Stock,
				StockUnknown: call.Said.Stock < 0,
			}))
		}
	}
	return operations
}

// orderEvents are what a customer's order has done to stock.
func (h indexed) orderEvents(customer string) (operations []porcupine.Operation) {
	asked, answered := h.attempts(customer)
	for _, o := range h.orders[customer] {
		operations = append(operations, h.reservationEvents(asked, answered, o)...)
	}
	return operations
}

func (h indexed) reservationEvents(asked Call, answered time.Duration, o books.Order) []porcupine.Operation {
	r := h.Books.Reservations[o.Reservation]
	name := fmt.Sprintf("order %d of %s", o.ID, asked.Customer)
	during := span{asked.Start, answered}
	taken := event{Step: take, Order: name, Lines: asked.Lines, Total: total(r.Items)}
	switch {
	case r.Takes():
		return []porcupine.Operation{during.of(taken)}
	case r.Status == "refused":
		return []porcupine.Operation{during.of(refusal(name, asked, r))}
	case len(r.Items) > 0: // released or expired, and more than the mark of an order that came too late
		back := span{asked.Start, h.End}
		if cancel, ok := h.firstCancel(asked.Customer); ok && o.Status == "cancelled" {
			back.from = cancel
		}
		return []porcupine.Operation{during.of(taken), back.of(
			event{Step: give, Order: name, Lines: asked.Lines})}
	}
	return nil
}

// refusal is why product-api refused a reservation.
func refusal(name string, asked Call, r books.Reservation) event {
	var problem struct {
		Details struct {
			Shortages []Shortage  `json:"shortages"`
			Total     money.Cents `json:"total"`
		}
	}
	// Without details, there is less to check.
	_ = json.Unmarshal([]byte(r.Problem), &problem)
	if problem.Details.Total != 0 {
		return event{Step: outbid, Order: name, Lines: asked.Lines, Total: problem.Details.Total}
	}
	return event{Step: refuse, Order: name, Lines: asked.Lines, Shortages: problem.Details.Shortages}
}

// attempts are a customer's first call, and when at the latest its order was through: what an answer shows has happened
// before it.
func (h indexed) attempts(customer string) (asked Call, answered time.Duration) {
	answered = h.End
	found := false
	for _, call := range h.calls[customer] {
		if call.Kind == Place && (!found || call.Start < asked.Start) {
			asked, found = call, true
		}
		if call.Said.Status == "confirmed" || call.Kind == Place && call.Status == http.StatusConflict {
			answered = min(answered, call.End)
		}
	}
	return asked, answered
}

func (h indexed) firstCancel(customer string) (at time.Duration, ok bool) {
	at = h.End
	for _, call := range h.calls[customer] {
		if call.Kind == Cancel {
			at, ok = min(at, call.Start), true
		}
	}
	return at, ok
}

// orderOperations are what was seen of a customer's order.
func (h indexed) orderOperations(customer string) (operations []porcupine.Operation) {
	for _, call := range h.calls[customer] {
		if call.Said.Status != "" {
			operations = append(operations, span{call.Start, call.End}.of(shown{call.Said.Status, string(call.Kind)}))
		}
	}
	for _, o := range h.orders[customer] {
		operations = append(operations, h.last().of(shown{o.Status, "the books"}))
	}
	slices.SortStableFunc(operations, func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
	return operations
}

func total(lines []books.Line) (sum money.Cents) {
	for _, line := range lines {
		sum += line.Price * money.Cents(line.Quantity)
	}
	return sum
}
