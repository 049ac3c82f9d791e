package histories_test

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/histories/internal/books"
	"github.com/techcommerce/platform/apps/histories/internal/model"
)

// hurried is for what must come at once while something else hangs.
const hurried = 3 * time.Second

// mustFill puts one piece of a product into a new visitor's cart and opens the checkout.
func (s *shop) mustFill(product int64) *visitor {
	s.Helper()
	v := newVisitor("http://" + s.link("customers > frontend").Address())
	v.submit(s.Context(), "/cart/items/"+strconv.FormatInt(product, 10), map[string][]string{"do": {"add"}})
	return v
}

// mustCheckOut opens the checkout and returns its form and the total that it shows.
func (s *shop) mustCheckOut(v *visitor, customer string) (form map[string][]string, page answer) {
	s.Helper()
	page = v.open(s.Context(), "/checkout")
	form, ok := page.fill(customer)
	if !ok {
		s.Fatalf("no checkout form: %s", page)
	}
	return form, page
}

// priceMoves changes a price between the checkout page and its button. Whoever is shown the new total may agree to it.
func priceMoves(s *shop) (problems []string) {
	product := s.mustProduct(5, 1000)
	v := s.mustFill(product)
	form, page := s.mustCheckOut(v, "Ann")
	shown := page.total()
	if got := s.setPrice(product, 2000); got.Status != http.StatusOK {
		s.Fatalf("set the price: %s", got)
	}
	asked := v.submit(s.Context(), "/checkout", form)
	promise := books.Promise{Customer: "Ann"}
	promise.Shown = append(promise.Shown, shown)
	supplies := map[int64]books.Supply{product: {Initial: 5}}
	problems = s.settle(settling).Check(supplies, []books.Promise{promise})
	again, ok := asked.fill("Ann")
	if !ok || asked.total() != 2000 {
		return append(problems, fmt.Sprintf("the page does not ask again with the new total: it is %d and shows %s",
			asked.Status, asked.total()))
	}
	promise.Shown = append(promise.Shown, asked.total())
	if got := v.submit(s.Context(), "/checkout", again); got.Status != http.StatusOK {
		problems = append(problems, fmt.Sprintf("who agrees to the new total is answered %d", got.Status))
	}
	read := s.settle(settling)
	if len(read.Orders) == 0 || read.Orders[len(read.Orders)-1].Total != 2000 {
		problems = append(problems, "who agrees to the new total gets no order for it")
	}
	return append(problems, read.Check(supplies, []books.Promise{promise})...)
}

// answerLost loses the answer of a checkout, and its visitor opens the checkout again.
func answerLost(s *shop) (problems []string) {
	product := s.mustProduct(5, 1000)
	v := s.mustFill(product)
	for i := range 2 {
		form, _ := s.mustCheckOut(v, "Ann")
		if i == 0 {
			s.link("customers > frontend").Drop(0)
		}
		got := v.submit(s.Context(), "/checkout", form)
		if i == 0 && got.Status != 0 {
			s.Fatalf("the answer is not lost: %s", got)
		}
		if i == 1 && got.Status != http.StatusOK {
			problems = append(problems, fmt.Sprintf("the second form is answered %d", got.Status))
		}
	}
	return append(problems, s.settle(settling).Check(
		map[int64]books.Supply{product: {Initial: 5}}, []books.Promise{{Customer: "Ann"}})...)
}

// stoppedWhilePlacing stops order-api in the middle of an order without a key, until its client has been told that it
// cannot be placed now.
func stoppedWhilePlacing(s *shop) (problems []string) {
	product := s.mustProduct(5, 1000)
	o := order{customer: "Ann", lines: []model.Line{{Product: product, Quantity: 1}}}
	way := s.link("order-api 0 > product-api")
	way.Hold()
	time.AfterFunc(500*time.Millisecond, func() {
		s.orders[0].Stop() // before its way is free, or it may be done in time
		way.Heal()
	})
	got := o.place(s.Context(), "http://"+s.link("customers > frontend").Address())
	s.orders[0].Signal(syscall.SIGCONT)
	promise := books.Promise{Customer: "Ann", Refused: got.Status != http.StatusCreated}
	if got.Status != http.StatusServiceUnavailable && got.Status != http.StatusGatewayTimeout {
		problems = append(problems, "an order that hangs is answered "+got.String())
	}
	time.Sleep(time.Second) // for an order that goes on without its client
	return append(problems, s.settle(settling).Check(
		map[int64]books.Supply{product: {Initial: 5}}, []books.Promise{promise})...)
}

// productsHang stops product-api while orders keep coming in, and has others read.
func productsHang(s *shop) (problems []string) {
	product := s.mustProduct(1000, 1000)
	o := order{customer: "Ann", key: "ann", lines: []model.Line{{Product: product, Quantity: 1}}}
	api, pages := "http://"+s.link("customers > order-api").Address(), "http://"+s.link("customers > frontend").Address()
	placed := o.place(s.Context(), api).order()
	for _, p := range s.products {
		p.Signal(syscall.SIGSTOP)
	}
	var coming sync.WaitGroup
	reads := map[string]map[string]string{
		fmt.Sprintf("%s/api/orders/%d", api, placed.ID):   asAdmin,
		fmt.Sprintf("%s/api/orders/%d", pages, placed.ID): asAdmin,
		pages + "/checkout": nil,
	}
	for i := range 100 {
		o := order{customer: fmt.Sprintf("Bob %d", i), key: fmt.Sprintf("key %d", i)[4:], lines: o.lines}
		for _, base := range []string{api, pages} {
			coming.Go(func() { o.place(s.Context(), base) })
		}
		if i%5 == 0 {
			for url, header := range reads {
				got := ask{method: http.MethodGet, url: url, header: header, patience: hurried}.send(s.Context(), apis)
				if got.Status != http.StatusOK {
					problems = append(problems, fmt.Sprintf("while product-api hangs, GET %s is answered %s", url, got))
				}
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	for _, p := range s.products {
		p.Signal(syscall.SIGCONT)
	}
	coming.Wait()
	return problems
}

// endsWhilePlacing ends order-api in good order while an order takes long, because the store is slow. slow is how long
// everything to and from the store takes.
func endsWhilePlacing(s *shop, slow time.Duration) (problems []string) {
	product := s.mustProduct(5, 1000)
	o := order{customer: "Ann", key: "ann", lines: []model.Line{{Product: product, Quantity: 1}}}
	s.link("order-api 0 > postgres").Delay(slow)
	var placing sync.WaitGroup
	var got answer
	placing.Go(func() { got = o.place(s.Context(), "http://"+s.link("customers > order-api").Address()) })
	time.Sleep(slow)
	if code := s.orders[0].Terminate(); code != 0 {
		problems = append(problems, fmt.Sprintf("order-api ends with %d on SIGTERM", code))
	}
	placing.Wait()
	if got.Status == 0 {
		problems = append(problems, "a client is cut off while order-api ends in good order")
	}
	return problems
}

func TestWhoIsShownATotalIsChargedIt(t *testing.T) {
	s := mustOpen(t, plan{store: sqlite, replicas: 1, frontend: true})
	expectNone(t, priceMoves(s))
}

func TestOneCartIsOneOrderHoweverOftenItsCheckoutIsOpened(t *testing.T) {
	s := mustOpen(t, plan{store: sqlite, replicas: 1, frontend: true})
	expectNone(t, answerLost(s))
}

func TestOrderWithoutAKeyDiesWithItsClient(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, plan{store: sqlite, replicas: 1, frontend: true})
	expectNone(t, stoppedWhilePlacing(s))
}

func TestReadingGoesOnWhileProductsHang(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, plan{store: sqlite, replicas: 1, frontend: true})
	expectNone(t, productsHang(s))
}

func TestOrdersUnderWayAreAnsweredBeforeTheEnd(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, plan{store: postgres, replicas: 1})
	expectNone(t, endsWhilePlacing(s, 600*time.Millisecond))
}

func expectNone(tb testing.TB, problems []string) {
	tb.Helper()
	for _, problem := range problems {
		tb.Error(problem)
	}
}
