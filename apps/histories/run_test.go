package histories_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/histories/internal/books"
	"github.com/techcommerce/platform/apps/histories/internal/model"
	"github.com/techcommerce/platform/apps/internal/money"
)

// How histories are run. The seed decides everything that clients and the nemesis choose; what the machine does with
// it in what order, no seed decides.
var (
	duration = flag.Duration("duration", 10*time.Second, "how long a history is, on each store")
	seed     = flag.Uint64("seed", 0, "what the dice are thrown with; 0 takes another one each time")
	reports  = flag.String("reports", "", "where each history's report goes; empty: reports of what went wrong only, in the system's temporary directory")
)

// Sizes of a history.
const (
	// eachGroup is for how long a group of products is on sale, and groups are as many as are at once. They bound how
	// much the checker has to order in one part.
	eachGroup = 3 * time.Second
	groups    = 2
	perGroup  = 2

	buyers   = 6
	visitors = 2
	readers  = 3
)

// history is a run of a shop with everybody in it.
type history struct {
	*shop
	seed     uint64
	begun    time.Time
	ends     time.Duration
	products []model.Product
	nemesis  *nemesis
	verdicts []model.Verdict
	// unsure are products whose price may or may not have been changed. Only who changes prices looks at it.
	unsure map[int64]bool

	mu        sync.Mutex
	calls     []model.Call
	customers int
}

// TestHistories runs both stores for the time that the flags say.
func TestHistories(t *testing.T) {
	eachStore(t, func(t *testing.T, store string) {
		h := mustRun(t, plan{store: store, replicas: 2, frontend: true}, *duration)
		h.mustHold()
	})
}

// mustRun opens a shop and has everybody in it for a while.
func mustRun(tb testing.TB, p plan, lasts time.Duration) *history {
	tb.Helper()
	h := &history{shop: mustOpen(tb, p), seed: *seed, ends: lasts, unsure: map[int64]bool{}}
	if h.seed == 0 {
		h.seed = rand.Uint64N(1_000_000) + 1
	}
	tb.Logf("seed %d: repeat it with -seed %d -duration %s", h.seed, h.seed, lasts)
	h.stock()
	h.begun = time.Now()
	h.nemesis = &nemesis{
		shop: h.shop, dice: h.dice(0), begun: h.begun, longest: 2 * time.Second, busy: map[string]bool{},
	}
	h.everybody()
	h.insist()
	return h
}

// dice are those of one client. Each has its own, so that what one chooses does not hang on when others do.
func (h *history) dice(client int) *rand.Rand { return rand.New(rand.NewPCG(h.seed, uint64(client))) }

// stock puts all products of all groups on sale.
func (h *history) stock() {
	dice := h.dice(-1)
	for group := range int(h.ends/eachGroup+1) * groups {
		for range perGroup {
			stock, price := 1+dice.Int64N(12), money.Cents(100+dice.Int64N(900))
			h.products = append(h.products, model.Product{
				ID: h.mustProduct(stock, price), Group: group, Stock: stock, Price: price,
			})
		}
	}
}

// now is the time since the beginning.
func (h *history) now() time.Duration { return time.Since(h.begun) }

// onSale is one of the groups of this moment.
func (h *history) onSale(dice *rand.Rand) []model.Product {
	group := min(int(h.now()/eachGroup), len(h.products)/perGroup/groups-1)*groups + dice.IntN(groups)
	return h.products[group*perGroup : (group+1)*perGroup]
}

func (h *history) record(call model.Call) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, call)
}

// name is a customer's that nobody else has.
func (h *history) name(kind string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.customers++
	return fmt.Sprintf("%s %d", kind, h.customers)
}

// everybody is in the shop until the time is up.
func (h *history) everybody() {
	var all sync.WaitGroup
	client := 0
	start := func(copies int, does func(client int, dice *rand.Rand), pause time.Duration) {
		for range copies {
			client++
			number, dice := client, h.dice(client)
			all.Go(func() {
				for h.now() < h.ends {
					does(number, dice)
					time.Sleep(pause/2 + time.Duration(dice.Int64N(int64(pause))))
				}
			})
		}
	}
	start(buyers, h.buy, 250*time.Millisecond)
	start(visitors, h.visit, 250*time.Millisecond)
	start(readers, h.read, 200*time.Millisecond)
	start(1, h.restock, 400*time.Millisecond)
	start(1, h.reprice, 700*time.Millisecond)
	all.Go(func() { h.nemesis.run(h.ends) })
	all.Wait()
}

// settled is the history with what is in the databases once everything has come to rest.
func (h *history) settled() model.History {
	read := h.settle(settling)
	return model.History{
		Products: h.products, Calls: h.calls, Books: read, End: h.now(), Stale: kept,
	}
}

// kept is for how long product-api gives an answer again.
const kept = 500 * time.Millisecond

// supplies is what there was to sell.
func (h *history) supplies() map[int64]books.Supply {
	supplies := map[int64]books.Supply{}
	for _, p := range h.products {
		supplies[p.ID] = books.Supply{Initial: p.Stock}
	}
	done := map[string]bool{}
	for _, call := range h.calls {
		if call.Kind == model.Restock && call.Status == http.StatusOK && !done[call.Key] {
			done[call.Key] = true
			s := supplies[call.Product]
			s.Added += call.Change
			supplies[call.Product] = s
		}
	}
	return supplies
}

// promises are what each customer was told.
func (h *history) promises() []books.Promise {
	told := map[string]*books.Promise{}
	var names []string
	for _, call := range h.calls {
		if call.Customer == "" {
			continue
		}
		p, ok := told[call.Customer]
		if !ok {
			p = &books.Promise{Customer: call.Customer, Keyed: call.Keyed}
			told[call.Customer] = p
			names = append(names, call.Customer)
		}
		p.Cancels = p.Cancels || call.Kind == model.Cancel
		if call.Shown != 0 {
			p.Shown = append(p.Shown, call.Shown)
		}
		p.Refused = p.Refused || refused(call)
		if call.Said.Status == "confirmed" {
			p.Confirmed, p.ID, p.Total = true, call.Said.ID, call.Said.Total
		}
	}
	slices.Sort(names)
	var promises []books.Promise
	for _, name := range names {
		promises = append(promises, *told[name])
	}
	return promises
}

// refused tells whether an answer says for good that nothing was ordered. An order without a key is given up before
// order-api says that it cannot be placed now; but where that cannot be written down it names the order, and what became
// of it is not known. What the frontend says in order-api's stead, where that does not answer, says nothing either.
func refused(call model.Call) bool {
	if call.Kind != model.Place {
		return false
	}
	switch call.Status {
	case http.StatusBadRequest, http.StatusConflict, http.StatusUnprocessableEntity:
		return true
	case http.StatusServiceUnavailable:
		return !call.Keyed && !call.Proxied && call.Said.ID == 0
	}
	return false
}
