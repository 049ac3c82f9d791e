package histories_test

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/histories/internal/books"
	"github.com/techcommerce/platform/apps/histories/internal/model"
)

// settling is how long what was interrupted may take to come to its end once nothing is in its way: a lease and the
// rounds of those who look for what was left.
const settling = 60 * time.Second

// lastPiece has two submit one checkout form for the last piece at the same moment, again and again, and returns what
// does not agree in the end.
func lastPiece(s *shop, tries int) (problems []string) {
	supplies := map[int64]books.Supply{}
	for i := range tries {
		product := s.mustProduct(1, 1000)
		supplies[product] = books.Supply{Initial: 1}
		customer := fmt.Sprintf("customer %d", i)
		visitor := newVisitor("http://" + s.link("customers > frontend").Address())
		visitor.submit(s.Context(), "/cart/items/"+strconv.FormatInt(product, 10), map[string][]string{"do": {"add"}})
		form, ok := visitor.open(s.Context(), "/checkout").fill(customer)
		if !ok {
			s.Fatalf("no checkout form for product %d", product)
		}
		pages := make([]answer, 2)
		var both sync.WaitGroup
		for j := range pages {
			both.Go(func() { pages[j] = visitor.submit(s.Context(), "/checkout", form) })
		}
		both.Wait()
		for _, page := range pages {
			if page.Status != http.StatusOK {
				problems = append(problems, fmt.Sprintf("%s is answered %d for the last piece, which is theirs", customer, page.Status))
			}
		}
	}
	return append(problems, s.settle(settling).Check(supplies, nil)...)
}

func TestTwoSubmitsGetTheLastPiece(t *testing.T) {
	eachStore(t, func(t *testing.T, store string) {
		s := mustOpen(t, plan{store: store, replicas: 1, frontend: true})
		for _, problem := range lastPiece(s, 40) {
			t.Error(problem)
		}
	})
}

// lostReplies places one order after the other while, each time, another reply on a link is lost: the first, the
// second, and so on until an order is through before its turn comes. What was asked has happened; only nobody hears so.
func lostReplies(s *shop, name string, keyed bool) (problems []string) {
	supplies := map[int64]books.Supply{}
	var promises []books.Promise
	link := s.link(name)
	for after := 0; ; after++ {
		product := s.mustProduct(5, 1000)
		supplies[product] = books.Supply{Initial: 5}
		o := order{customer: fmt.Sprintf("%s, reply %d", name, after+1), lines: []model.Line{{Product: product, Quantity: 1}}}
		if keyed {
			o.key = fmt.Sprintf("key-%d", after)
		}
		before := link.Dropped()
		link.Drop(after)
		got := o.place(s.Context(), "http://"+s.link("customers > order-api").Address())
		link.Heal()
		said := got.order()
		promise := books.Promise{Customer: o.customer}
		switch got.Status {
		case http.StatusCreated, http.StatusOK:
			promise.Confirmed, promise.ID, promise.Total = true, said.ID, said.Total
		case 0, http.StatusAccepted:
		case http.StatusServiceUnavailable:
			promise.Refused = !keyed
		default:
			problems = append(problems, fmt.Sprintf("%s is answered %s", o.customer, got))
		}
		promises = append(promises, promise)
		if link.Dropped() == before || after > 50 {
			return append(problems, s.settle(settling).Check(supplies, promises)...)
		}
	}
}

func TestLostRepliesLoseNothingElse(t *testing.T) {
	eachStore(t, func(t *testing.T, store string) {
		links := []string{"customers > order-api", "order-api 0 > product-api"}
		if store == postgres {
			links = append(links, "order-api 0 > postgres", "product-api 0 > postgres")
		}
		for _, keyed := range []bool{false, true} {
			for _, link := range links {
				t.Run(fmt.Sprintf("%s/keyed=%t", link, keyed), func(t *testing.T) {
					t.Parallel()
					s := mustOpen(t, plan{store: store, replicas: 1})
					for _, problem := range lostReplies(s, link, keyed) {
						t.Error(problem)
					}
				})
			}
		}
	})
}
