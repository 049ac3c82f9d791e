package model_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/techcommerce/platform/apps/histories/internal/books"
	"github.com/techcommerce/platform/apps/histories/internal/model"
)

const ms = time.Millisecond

// lines are one piece of the only product, and took the same in the books.
var (
	lines = []model.Line{{Product: 7, Quantity: 1}}
	took  = []books.Line{{ProductID: 7, Quantity: 1, Price: 500}}
)

// two of the last two: Ann gets one, Bob loses his answer and gets the other, Eve is told that there is none left, and
// Ann gives hers back.
func good() model.History {
	return model.History{
		Products: []model.Product{{ID: 7, Stock: 2, Price: 500}},
		Stale:    500 * ms, End: 5000 * ms,
		Calls: []model.Call{
			{Kind: model.Place, Customer: "Ann", Lines: lines, Start: 1000 * ms, End: 1100 * ms, Status: 201,
				Said: model.Said{Status: "confirmed"}},
			{Kind: model.Read, Product: 7, Start: 1200 * ms, End: 1210 * ms, Status: 200, Said: model.Said{Stock: 1, Price: 500}},
			{Kind: model.Place, Customer: "Bob", Lines: lines, Start: 1300 * ms, End: 1400 * ms},
			{Kind: model.Place, Customer: "Eve", Lines: lines, Start: 2000 * ms, End: 2100 * ms, Status: http.StatusConflict,
				Said: model.Said{Status: "rejected"}},
			{Kind: model.Cancel, Customer: "Ann", Start: 3000 * ms, End: 3100 * ms, Status: 200,
				Said: model.Said{Status: "cancelled"}},
			{Kind: model.Restock, Key: "a", Product: 7, Change: 5, Start: 4000 * ms, End: 4100 * ms, Status: 200,
				Said: model.Said{Stock: 6}},
			{Kind: model.Read, Product: 7, Start: 4200 * ms, End: 4210 * ms, Status: 200, Said: model.Said{Stock: 6, Price: 500}},
		},
		Books: books.Books{
			Products: map[int64]books.Product{7: {ID: 7, Stock: 6, Price: 500}},
			Orders: []books.Order{
				{ID: 4, Customer: "Ann", Status: "cancelled", Reservation: "a"},
				{ID: 5, Customer: "Bob", Status: "confirmed", Reservation: "b"},
				{ID: 6, Customer: "Eve", Status: "rejected", Reservation: "c"},
			},
			Reservations: map[string]books.Reservation{
				"a": {Status: "released", Items: took},
				"b": {Status: "confirmed", Items: took},
				"c": {Status: "refused", Problem: `{"Details":{"shortages":[{"product_id":7,"requested":1,"available":0}]}}`},
			},
		},
	}
}

func result(t *testing.T, h model.History) porcupine.CheckResult {
	t.Helper()
	for _, v := range h.Check(10 * time.Second) {
		if v.Result != porcupine.Ok {
			path := filepath.Join(t.TempDir(), "history.html")
			if err := v.Draw(path); err != nil {
				t.Error(err)
			} else if page, err := os.ReadFile(path); err != nil || len(page) == 0 {
				t.Errorf("%d bytes drawn, %v", len(page), err)
			}
			return v.Result
		}
	}
	return porcupine.Ok
}

func TestPossibleHistory(t *testing.T) {
	t.Parallel()
	if got := result(t, good()); got != porcupine.Ok {
		t.Errorf("got %s", got)
	}
}

func TestImpossibleHistories(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		put  func(h *model.History)
	}{
		{"a refusal while there is one left", func(h *model.History) {
			h.Calls[3].Start, h.Calls[3].End = 1210*ms, 1290*ms
		}},
		{"a refusal that names another number", func(h *model.History) {
			r := h.Books.Reservations["c"]
			r.Problem = `{"Details":{"shortages":[{"product_id":7,"requested":2,"available":1}]}}`
			h.Books.Reservations["c"] = r
		}},
		{"more sold than there was", func(h *model.History) {
			h.Products[0].Stock = 1
		}},
		{"a price that was never asked", func(h *model.History) {
			h.Books.Reservations["b"] = books.Reservation{Status: "confirmed", Items: []books.Line{
				{ProductID: 7, Quantity: 1, Price: 499},
			}}
		}},
		{"a read that is older than answers are kept", func(h *model.History) {
			h.Calls[1].Start, h.Calls[1].End = 2700*ms, 2710*ms
		}},
		{"a read from before a change that was acknowledged by the same replica", func(h *model.History) {
			h.Calls[6].Said.Stock = 1
		}},
		{"a restock that counts twice", func(h *model.History) {
			h.Calls[5].Said.Stock, h.Calls[6].Said.Stock = 11, 11
			h.Books.Products[7] = books.Product{ID: 7, Stock: 11, Price: 500}
		}},
		{"stock that is lost", func(h *model.History) {
			h.Books.Products[7] = books.Product{ID: 7, Stock: 5, Price: 500}
		}},
		{"an order that is confirmed and then rejected", func(h *model.History) {
			h.Books.Orders[0].Status = "rejected"
		}},
		{"an order that is rejected and then confirmed", func(h *model.History) {
			h.Books.Orders[2].Status = "confirmed"
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := good()
			tt.put(&h)
			if got := result(t, h); got != porcupine.Illegal {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestOldReadOfAnotherReplicaIsPossible(t *testing.T) {
	t.Parallel()
	h := good()
	h.Calls[6].Replica, h.Calls[6].Said.Stock = 1, 1
	if got := result(t, h); got != porcupine.Ok {
		t.Errorf("got %s", got)
	}
}
