package order_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/money"
	"github.com/techcommerce/platform/apps/order-api/order"
	"github.com/techcommerce/platform/apps/product-api/product"
)

// flowRuns is how many random stories TestFlow tells; FLOW_RUNS in the environment makes it more.
const flowRuns = 4_000

// TestFlow tells random stories: customers who order, order again with the same key, leave and cancel; services that
// crash before and after every step, calls that fail before and after they have worked, duplicates, reservations that
// expire. After each, when everything has come back and had its time, nothing may be lost, doubled, oversold or left.
func TestFlow(t *testing.T) {
	t.Parallel()
	runs := flowRuns
	if text := os.Getenv("FLOW_RUNS"); text != "" {
		var err error
		if runs, err = strconv.Atoi(text); err != nil {
			t.Fatalf("FLOW_RUNS: %v", err)
		}
	}
	if testing.Short() {
		runs /= 20
	}
	const tellers = 4
	seed := uint64(time.Now().UnixNano())
	for teller := range uint64(tellers) {
		t.Run(fmt.Sprint("teller ", teller), func(t *testing.T) {
			t.Parallel()
			// In the stories time passes as it is told, for the services and their database alike.
			synctest.Test(t, func(t *testing.T) {
				tellStories(t, runs/tellers, rand.New(rand.NewPCG(seed, teller)))
			})
			if t.Failed() {
				t.Logf("the seed was %d", seed)
			}
		})
	}
}

func tellStories(t *testing.T, runs int, random *rand.Rand) {
	t.Helper()
	stock, orders := mustStores(t, databasetest.SQLite(t), databasetest.SQLite(t), time.Now)
	const oldOrders = 3
	first := int64(oldOrders + 1)
	for run := range runs {
		w := newWorld(t, stock, orders, random)
		w.first = first
		w.tell()
		w.settle()
		first = w.check()
		if t.Failed() {
			t.Fatalf("story %d went wrong", run)
		}
	}
}

// world is one story: a few products, the keys that customers use, and what they were told.
type world struct {
	t     *testing.T
	rand  *rand.Rand
	stock product.Store
	store order.Store
	// chaos is how likely each step fails, in percent.
	chaos int
	// older says that product-api is of the release before.
	older    bool
	products []product.Product
	first    int64
	// drafts are what was ordered, by key; acknowledged are the orders that somebody was told of as placed.
	drafts       map[string]order.Draft
	acknowledged map[int64]string
	byKey        map[string]int64
	// left are the orders without a key whose caller left before the answer.
	left []int64
}

func newWorld(t *testing.T, stock product.Store, store order.Store, random *rand.Rand) *world {
	w := &world{
		t: t, rand: random, stock: stock, store: store,
		chaos: max(random.IntN(50)-10, 0), older: random.IntN(3) == 0, drafts: map[string]order.Draft{}, acknowledged: map[int64]string{},
		byKey: map[string]int64{},
	}
	for i := range 1 + random.IntN(2) {
		p, _, err := stock.Create(t.Context(), product.Product{
			Name: fmt.Sprint("thing ", i), Price: 100, Stock: int64(random.IntN(6)),
		}, product.Once{})
		must(t, err)
		w.products = append(w.products, p)
	}
	return w
}

// tell lets a few things happen, some of them inside others: a step that stalls while the world goes on.
func (w *world) tell() {
	for range 2 + w.rand.IntN(4) {
		w.happen(0)
	}
}

func (w *world) happen(depth int) {
	switch w.rand.IntN(8) {
	case 0, 1, 2:
		w.order(fmt.Sprint("key", w.first, "-", w.rand.IntN(3)), depth)
	case 3:
		w.order("", depth)
	case 4:
		w.cancel(depth)
	case 5:
		w.advance()
	case 6:
		w.resume(&process{world: w, depth: depth})
	case 7:
		_, err := w.stock.Expire(w.t.Context())
		must(w.t, err)
	}
}

func (w *world) order(key string, depth int) {
	draft, repeated := w.drafts[key]
	if !repeated || key == "" {
		draft = w.draft(key)
		w.drafts[key] = draft
	}
	const patience = 2 * time.Second
	ctx, leave := context.WithTimeout(w.t.Context(), patience)
	defer leave()
	p := &process{world: w, depth: depth, leave: leave}
	placed, replayed, err := w.service(p).Place(ctx, draft)
	w.known(err)
	if replayed && key == "" {
		w.t.Errorf("an order without a key was found again: %+v", placed)
	}
	if fault.KindOf(err) == fault.Conflict && fault.As(err).Message != "Not enough stock" &&
		(draft.Expected == nil || fault.As(err).Message != "Prices have changed") {
		w.t.Errorf("a conflict that is not the customer's: %v", err)
	}
	if key == "" && placed.ID != 0 && ctx.Err() != nil {
		w.left = append(w.left, placed.ID)
		if err == nil && placed.Status == order.Confirmed {
			w.t.Errorf("an order without a key is confirmed for a caller that is gone: %+v", placed)
		}
	}
	if err != nil {
		return
	}
	if key == "" && placed.Status == order.Pending {
		w.t.Errorf("an order without a key is left pending: %+v", placed)
	}
	if before, ok := w.byKey[key]; ok && key != "" && before != placed.ID {
		w.t.Errorf("key %s is order %d and order %d", key, before, placed.ID)
	}
	w.byKey[key] = placed.ID
	if placed.Status != order.Pending {
		w.acknowledged[placed.ID] = key
	}
}

func (w *world) draft(key string) order.Draft {
	draft := order.Draft{Customer: "Ann", Key: key}
	for _, i := range w.rand.Perm(len(w.products))[:1+w.rand.IntN(len(w.products))] {
		draft.Items = append(draft.Items, order.Item{
			ProductID: w.products[i].ID, Quantity: int64(1 + w.rand.IntN(3)),
		})
	}
	if w.rand.IntN(3) == 0 {
		expected := []money.Cents{100, 200, 300}[w.rand.IntN(3)]
		draft.Expected = &expected
	}
	return draft
}

func (w *world) cancel(depth int) {
	id := w.first + int64(w.rand.IntN(3))
	_, err := w.service(&process{world: w, depth: depth}).Cancel(w.t.Context(), id, func(order.Order) error { return nil })
	w.known(err)
}

func (w *world) advance() {
	time.Sleep([]time.Duration{time.Second, 11 * time.Second}[w.rand.IntN(2)])
}

// service is a process's: one that may crash, in a world that goes on meanwhile.
func (w *world) service(p *process) *order.Service {
	return &order.Service{
		Store: faultyStore{w.store, p}, Inventory: faultyInventory{inventory{w}, p}, MaxAge: 24 * time.Hour,
		Ended: func(order.Status) {}, SetAside: func() {}, Wake: func() {},
		Log: slog.New(slog.NewJSONHandler(io.Discard, nil)),
	}
}

// resume takes up what is due, one after the other.
func (w *world) resume(p *process) {
	const most = 20
	service := w.service(p)
	claimed, err := service.Claim(w.t.Context(), most)
	w.known(err)
	for _, o := range claimed {
		w.known(service.Resume(w.t.Context(), o))
	}
}

// known fails the test on errors that no customer should see, whatever crashes.
func (w *world) known(err error) {
	if err != nil && fault.KindOf(err) == fault.Internal {
		w.t.Errorf("unexpected error: %v", err)
	}
}

// settle ends all failures and gives time its course.
func (w *world) settle() {
	chaos := w.chaos
	w.chaos = 0
	for range 3 {
		time.Sleep(time.Minute)
		_, err := w.stock.Expire(w.t.Context())
		must(w.t, err)
		w.resume(&process{world: w, depth: maxDepth})
	}
	w.chaos = chaos
}

// check is what must be true in the end. It returns the id that the next order will have.
func (w *world) check() int64 {
	sold, keys, ids := map[int64]int64{}, map[string]int64{}, map[int64]order.Status{}
	next := w.first
	for ; ; next++ {
		o, err := w.store.Find(w.t.Context(), next)
		if errors.Is(err, order.ErrNotFound) {
			break
		}
		must(w.t, err)
		ids[o.ID] = o.Status
		if other, twice := keys[o.Key]; twice && o.Key != "" {
			w.t.Errorf("orders %d and %d have the key %s", o.ID, other, o.Key)
		}
		keys[o.Key] = o.ID
		w.checkOrder(o, sold)
	}
	for id := range w.acknowledged {
		if status := ids[id]; status != order.Confirmed && status != order.Cancelled {
			w.t.Errorf("order %d was acknowledged and is %q", id, status)
		}
	}
	for _, id := range w.left {
		// A process that fails may not come to take the order back, and nobody knows better.
		if w.chaos == 0 && ids[id] == order.Confirmed {
			w.t.Errorf("order %d without a key is confirmed, and its caller had left", id)
		}
	}
	for _, p := range w.products {
		now, err := w.stock.Find(w.t.Context(), p.ID)
		must(w.t, err)
		if now.Stock+sold[p.ID] != p.Stock {
			w.t.Errorf("product %d: %d sold and %d left of %d", p.ID, sold[p.ID], now.Stock, p.Stock)
		}
	}
	return next
}

func (w *world) checkOrder(o order.Order, sold map[int64]int64) {
	if o.Status == order.Pending || !o.Due.IsZero() {
		w.t.Errorf("order %d is left %s, due %s", o.ID, o.Status, o.Due)
	}
	if o.Status != order.Confirmed {
		return
	}
	total := int64(0)
	for _, item := range o.Items {
		sold[item.ProductID] += item.Quantity
		total += int64(item.Price) * item.Quantity
	}
	if o.Expected != nil && *o.Expected != o.Total {
		w.t.Errorf("order %d: %s was charged and %s shown", o.ID, o.Total, *o.Expected)
	}
	if int64(o.Total) != total || total == 0 {
		w.t.Errorf("order %d: total %s of items that add up to %d cents", o.ID, o.Total, total)
	}
}
