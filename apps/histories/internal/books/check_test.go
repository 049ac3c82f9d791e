package books_test

import (
	"slices"
	"testing"

	"github.com/techcommerce/platform/apps/histories/internal/books"
	"github.com/techcommerce/platform/apps/internal/money"
)

// good are books in which everything agrees: one order confirmed, one rejected for want of stock, one cancelled.
func good() (books.Books, map[int64]books.Supply, []books.Promise) {
	line := books.Line{ProductID: 7, Price: 500, Quantity: 2}
	b := books.Books{
		Products: map[int64]books.Product{7: {ID: 7, Stock: 4, Price: 500}},
		Reservations: map[string]books.Reservation{
			"a": {ID: "a", Status: "confirmed", Items: []books.Line{line}},
			"b": {ID: "b", Status: "refused"},
			"c": {ID: "c", Status: "released", Items: []books.Line{line}},
		},
		Orders: []books.Order{
			{ID: 4, Customer: "Ann", Items: []books.Line{line}, Total: 1000, Status: "confirmed", Reservation: "a"},
			{ID: 5, Customer: "Bob", Items: []books.Line{line}, Status: "rejected", Reservation: "b"},
			{ID: 6, Customer: "Eve", Items: []books.Line{line}, Total: 1000, Status: "cancelled", Reservation: "c"},
		},
	}
	return b, map[int64]books.Supply{7: {Initial: 5, Added: 1}}, []books.Promise{
		{Customer: "Ann", Confirmed: true, ID: 4, Total: 1000, Shown: []money.Cents{1000}},
		{Customer: "Bob", Refused: true},
		{Customer: "Eve", Confirmed: true, ID: 6, Total: 1000, Cancels: true},
	}
}

func TestBooksThatAgree(t *testing.T) {
	t.Parallel()
	b, supplies, promises := good()
	if problems := b.Check(supplies, promises); len(problems) > 0 {
		t.Errorf("got %q", problems)
	}
}

func TestEveryDisagreementIsFound(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		put  func(b *books.Books, s map[int64]books.Supply, p []books.Promise)
		want string
	}{
		{"stock that is gone for good", func(b *books.Books, _ map[int64]books.Supply, _ []books.Promise) {
			b.Products[7] = books.Product{ID: 7, Stock: 2}
		}, "product 7: 5 at first and 1 added, but 2 left and 2 sold (-2)"},
		{"stock that was restocked twice", func(b *books.Books, s map[int64]books.Supply, _ []books.Promise) {
			s[7] = books.Supply{Initial: 5}
		}, "product 7: 5 at first and 0 added, but 4 left and 2 sold (+1)"},
		{"an order that stays pending", func(b *books.Books, _ map[int64]books.Supply, _ []books.Promise) {
			b.Orders[1].Status = "pending"
		}, "order 5 of Bob (pending) is not finished"},
		{"an order that is still to be released", func(b *books.Books, _ map[int64]books.Supply, _ []books.Promise) {
			b.Orders[1].Due = true
		}, "order 5 of Bob (rejected) is not finished"},
		{"a rejected order whose reservation is confirmed", func(b *books.Books, _ map[int64]books.Supply, _ []books.Promise) {
			b.Reservations["b"] = books.Reservation{ID: "b", Status: "confirmed"}
		}, "reservation b is confirmed for order 5 of Bob, which is rejected"},
		{"a reservation of no order", func(b *books.Books, _ map[int64]books.Supply, _ []books.Promise) {
			b.Reservations["d"] = books.Reservation{ID: "d", Status: "held"}
		}, "reservation d is held for no order"},
		{"a confirmed order whose reservation is released", func(b *books.Books, _ map[int64]books.Supply, _ []books.Promise) {
			b.Reservations["a"] = books.Reservation{ID: "a", Status: "released"}
		}, `order 4 of Ann (confirmed): its reservation is "released", want it confirmed`},
		{"a total that is not the sum", func(b *books.Books, _ map[int64]books.Supply, _ []books.Promise) {
			b.Orders[0].Total = 999
		}, "order 4 of Ann (confirmed): its total is 9.99, its items add up to 10.00"},
		{"another total than the one that was told", func(_ *books.Books, _ map[int64]books.Supply, p []books.Promise) {
			p[0].Total = 900
		}, "Ann was told that order 4 costs 9.00, it costs 10.00"},
		{"another total than the one that was shown", func(_ *books.Books, _ map[int64]books.Supply, p []books.Promise) {
			p[0].Shown[0] = 900
		}, "Ann was shown a total of [9.00] and is charged 10.00 for order 4"},
		{"two orders of one customer", func(b *books.Books, _ map[int64]books.Supply, _ []books.Promise) {
			b.Orders = append(b.Orders, books.Order{ID: 9, Customer: "Ann", Status: "confirmed"})
		}, "Ann has 2 orders instead of one"},
		{"an order that was acknowledged and is missing", func(b *books.Books, _ map[int64]books.Supply, _ []books.Promise) {
			b.Orders = b.Orders[1:]
		}, "Ann was told that order 4 is confirmed, there is no such order"},
		{"an order that was acknowledged and is rejected", func(b *books.Books, _ map[int64]books.Supply, _ []books.Promise) {
			b.Orders[0].Status = "rejected"
		}, "Ann was told that order 4 is confirmed, it is rejected"},
		{"an order that was refused and is confirmed", func(b *books.Books, _ map[int64]books.Supply, _ []books.Promise) {
			b.Orders[1].Status = "confirmed"
		}, "Bob was told that nothing was ordered, but order 5 is confirmed"},
		{"an order that nobody cancelled", func(_ *books.Books, _ map[int64]books.Supply, p []books.Promise) {
			p[2] = books.Promise{Customer: "Eve", Keyed: true}
		}, "Eve never cancelled order 6, which is cancelled"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, supplies, promises := good()
			tt.put(&b, supplies, promises)
			if problems := b.Check(supplies, promises); !slices.Contains(problems, tt.want) {
				t.Errorf("got %q, want %q", problems, tt.want)
			}
		})
	}
}
