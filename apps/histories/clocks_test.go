package histories_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/histories/internal/books"
	"github.com/techcommerce/platform/apps/histories/internal/model"
)

// clockAhead has one replica process an order for longer than the other one pauses between two looks for abandoned
// orders. The other's clock is a day ahead: by that clock the lease is over and the order is too old. It returns what
// does not agree in the end.
func clockAhead(s *shop) (problems []string) {
	if err := s.clocks["order-api 1"].Move(25 * time.Hour); err != nil {
		s.Fatal(err)
	}
	product := s.mustProduct(5, 1000)
	l := s.link("order-api 0 > product-api")
	l.Hold()
	healed := time.AfterFunc(4*time.Second, l.Heal)
	defer healed.Stop()
	o := order{customer: "a customer of the slow replica", key: "one", lines: []model.Line{{Product: product, Quantity: 1}}}
	got := o.place(s.Context(), s.orders[0].URL)
	promise := books.Promise{Customer: o.customer}
	if got.Status == http.StatusCreated {
		promise.Confirmed, promise.ID, promise.Total = true, got.order().ID, got.order().Total
	} else {
		problems = append(problems, fmt.Sprintf("an order that one replica had in hand is answered %s", got))
	}
	supplies := map[int64]books.Supply{product: {Initial: 5}}
	return append(problems, s.settle(settling).Check(supplies, []books.Promise{promise})...)
}

// In SQLite all processes are on one node, so their clocks agree.
func TestLeasesGoByTheDatabasesClock(t *testing.T) {
	s := mustOpen(t, plan{store: postgres, replicas: 2})
	for _, problem := range clockAhead(s) {
		t.Error(problem)
	}
}
