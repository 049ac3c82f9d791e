package sqlstore_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/order-api/order"
	"github.com/techcommerce/platform/apps/order-api/order/sqlstore"
	"github.com/techcommerce/platform/apps/order-api/webhook"
)

// TestOutbox is what every store must do with events.
func TestOutbox(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		run  func(*testing.T, outbox)
	}{
		{"writes each change for each receiver", writesChanges},
		{"writes nothing where nothing changed", writesNoMore},
		{"hands events of an order out one after the other", handsOutInOrder},
		{"hands each event to one only", handsOutOnce},
		{"hands an event out again after its lease", handsOutAgain},
		{"lets events of an order wait together", waitTogether},
		{"believes nobody whose lease has ended", lateFailures},
		{"stops an order at a dead letter, and goes on from there", deadLetters},
		{"discards dead letters", discards},
		{"counts by receiver", countsEvents},
		{"keeps the order under load", keepsOrderUnderLoad},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			databasetest.EachStore(t, func(t *testing.T, settings database.Settings) {
				db := databasetest.MustOpen(t, settings)
				o := outbox{sqlstore.New(db), &clock{now: time.Now()}}
				o.Store = sqlstore.NewAt(db, o.clock.read)
				o.Announce([]webhook.Receiver{{Name: "books"}, {Name: "mail"}}, func() {})
				mustStart(t, o.Store)
				test.run(t, o)
			})
		})
	}
}

// outbox is a store with two receivers and a clock of its own.
type outbox struct {
	*sqlstore.Store
	clock *clock
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(span time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(span)
}

// place inserts an order and takes it through steps.
func (o outbox) place(t *testing.T, steps ...order.Status) int64 {
	t.Helper()
	kept, _, err := o.Insert(t.Context(), order.Order{Customer: "Ann", Items: []order.Item{{ProductID: 1, Quantity: 2}}}, time.Minute)
	must(t, err)
	o.move(t, kept.ID, steps...)
	return kept.ID
}

func (o outbox) move(t *testing.T, id int64, steps ...order.Status) {
	t.Helper()
	for _, to := range steps {
		if _, moved, err := o.Move(t.Context(), id, order.Transition{To: to}); err != nil || !moved {
			t.Fatalf("order %d to %s: moved %t, %v", id, to, moved, err)
		}
	}
}

const leased = 20 * time.Second

func (o outbox) claim(t *testing.T, receiver string) []webhook.Event {
	t.Helper()
	claimed, err := o.ClaimEvents(t.Context(), receiver, leased, 100)
	must(t, err)
	return claimed
}

// told is what events say, in short.
func told(events []webhook.Event) (list []string) {
	for _, e := range events {
		list = append(list, fmt.Sprintf("%d/%d %s", e.Order, e.Sequence, e.Status))
	}
	slices.Sort(list)
	return list
}

// deliver takes everything that is due, and returns it in the order in which it came.
func (o outbox) deliver(t *testing.T, receiver string) (all []string) {
	t.Helper()
	for {
		claimed := o.claim(t, receiver)
		if len(claimed) == 0 {
			return all
		}
		all = append(all, told(claimed)...)
		for _, e := range claimed {
			must(t, o.Delivered(t.Context(), e))
		}
	}
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func writesChanges(t *testing.T, o outbox) {
	id := o.place(t)
	problem := fault.New(fault.Conflict, "Not enough stock")
	if _, moved, err := o.Move(t.Context(), id, order.Transition{To: order.Rejected, Problem: problem}); err != nil || !moved {
		t.Fatalf("moved %t, %v", moved, err)
	}
	var ids []string
	for _, receiver := range []string{"books", "mail"} {
		first := o.claim(t, receiver)
		same(t, "the first event", told(first), []string{"4/1 pending"})
		must(t, o.Delivered(t.Context(), first[0]))
		second := o.claim(t, receiver)
		same(t, "the second event", told(second), []string{"4/2 rejected"})
		e := second[0]
		if e.Problem == nil || e.Problem.Message != problem.Message || len(e.Items) != 1 || e.Items[0].Quantity != 2 ||
			e.Receiver != receiver || e.Attempts != 1 || e.At.UnixMilli() != o.clock.now.UnixMilli() ||
			e.Lease.UnixMilli() != o.clock.now.Add(leased).UnixMilli() {
			t.Errorf("event = %+v", e)
		}
		ids = append(ids, first[0].ID, e.ID)
	}
	if ids[0] != ids[2] || ids[1] != ids[3] || ids[0] == ids[1] || len(ids[0]) < 20 {
		t.Errorf("ids = %q, want one per change, the same for all receivers", ids)
	}
}

func writesNoMore(t *testing.T, o outbox) {
	keyed := order.Order{Customer: "Ann", Key: "k", Fingerprint: "f"}
	for range 2 {
		kept, _, err := o.Insert(t.Context(), keyed, time.Minute)
		must(t, err)
		for range 2 {
			_, _, err = o.Move(t.Context(), kept.ID, order.Transition{To: order.Confirmed})
			must(t, err)
		}
		_, err = o.SetAccess(t.Context(), kept.ID, "secret")
		must(t, err)
	}
	got := o.deliver(t, "books")
	if len(got) != 2 {
		t.Errorf("events = %q, want one for each change", got)
	}
}

func handsOutInOrder(t *testing.T, o outbox) {
	o.place(t, order.Confirmed, order.Processing)
	o.place(t, order.Confirmed)
	same(t, "first", told(o.claim(t, "books")), []string{"4/1 pending", "5/1 pending"})
	same(t, "while those are under way", told(o.claim(t, "books")), nil)
	same(t, "for the other receiver", o.deliver(t, "mail"), []string{
		"4/1 pending", "5/1 pending", "4/2 confirmed", "5/2 confirmed", "4/3 processing",
	})
}

func handsOutOnce(t *testing.T, o outbox) {
	const orders = 30
	for range orders {
		o.place(t)
	}
	var mu sync.Mutex
	seen := map[int64]int{}
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			for range 12 {
				claimed, err := o.ClaimEvents(t.Context(), "books", leased, 3)
				if err != nil {
					t.Errorf("claim: %v", err)
				}
				mu.Lock()
				for _, e := range claimed {
					seen[e.Row]++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	for row, count := range seen {
		if count != 1 {
			t.Errorf("event %d was handed out %d times", row, count)
		}
	}
	if len(seen) != orders {
		t.Errorf("%d events were handed out, want %d", len(seen), orders)
	}
}

func handsOutAgain(t *testing.T, o outbox) {
	o.place(t, order.Confirmed)
	first := o.claim(t, "books")
	o.clock.pass(leased)
	again := o.claim(t, "books")
	if len(again) != 1 || again[0].ID != first[0].ID || again[0].Attempts != 2 {
		t.Errorf("after the lease %+v is handed out, want %+v again", again, first)
	}
}

func waitTogether(t *testing.T, o outbox) {
	o.place(t, order.Confirmed)
	other := o.place(t)
	failure := webhook.Failure{Pause: time.Minute, Reason: "answered 503"}
	for _, e := range o.claim(t, "books") {
		if e.Order != other {
			must(t, o.Failed(t.Context(), e, failure))
		} else {
			must(t, o.Delivered(t.Context(), e))
		}
	}
	o.clock.pass(time.Minute - time.Millisecond)
	same(t, "before the pause has ended", o.deliver(t, "books"), nil)
	o.clock.pass(time.Millisecond)
	again := o.claim(t, "books")
	if len(again) != 1 || again[0].Failure != failure.Reason || again[0].Attempts != 2 {
		t.Errorf("after the pause: %+v", again)
	}
	must(t, o.Delivered(t.Context(), again[0]))
	same(t, "then", o.deliver(t, "books"), []string{"4/2 confirmed"})
}

func lateFailures(t *testing.T, o outbox) {
	o.place(t)
	late := o.claim(t, "books")[0]
	o.clock.pass(leased)
	now := o.claim(t, "books")[0]
	must(t, o.Failed(t.Context(), late, webhook.Failure{Dead: true}))
	o.clock.pass(leased)
	same(t, "after a failure that came too late", told(o.claim(t, "books")), []string{"4/1 pending"})
	must(t, o.Delivered(t.Context(), now))
	must(t, o.Delivered(t.Context(), now))
	o.clock.pass(leased)
	same(t, "what was delivered", told(o.claim(t, "books")), nil)
}

func deadLetters(t *testing.T, o outbox) {
	id := o.place(t, order.Confirmed)
	other := o.place(t)
	for _, e := range o.claim(t, "books") {
		if e.Order == id {
			must(t, o.Failed(t.Context(), e, webhook.Failure{Dead: true, Reason: "answered 410 Gone"}))
		} else {
			must(t, o.Delivered(t.Context(), e))
		}
	}
	o.move(t, id, order.Processing)
	o.move(t, other, order.Confirmed)
	o.clock.pass(1000 * time.Hour)
	same(t, "beside a dead letter", o.deliver(t, "books"), []string{"5/2 confirmed"})
	same(t, "the other receiver", o.deliver(t, "mail"), []string{
		"4/1 pending", "5/1 pending", "4/2 confirmed", "5/2 confirmed", "4/3 processing",
	})
	dead, err := o.DeadLetters(t.Context(), 0, 100)
	must(t, err)
	same(t, "dead letters", told(dead), []string{"4/1 pending", "4/2 confirmed", "4/3 processing"})
	if dead[0].Failure != "answered 410 Gone" || dead[1].Failure != "" {
		t.Errorf("reasons = %q, %q", dead[0].Failure, dead[1].Failure)
	}
	page, err := o.DeadLetters(t.Context(), dead[0].Row, 1)
	must(t, err)
	same(t, "the second page", told(page), []string{"4/2 confirmed"})

	for _, selected := range []webhook.Selection{{Receiver: "mail"}, {Receiver: "books", Order: other}} {
		if count, err := o.Replay(t.Context(), selected, 100); err != nil || count != 0 {
			t.Errorf("replay %+v = %d, %v, want nothing", selected, count, err)
		}
	}
	// At most two of them: the third waits, for it is dead, but not for ever.
	count, err := o.Replay(t.Context(), webhook.Selection{Receiver: "books", Order: id}, 2)
	must(t, err)
	if count != 2 {
		t.Errorf("replayed %d, want 2", count)
	}
	same(t, "replayed", o.deliver(t, "books"), []string{"4/1 pending", "4/2 confirmed"})
	_, err = o.Replay(t.Context(), webhook.Selection{Receiver: "books"}, 100)
	must(t, err)
	again := o.claim(t, "books")
	same(t, "replayed at last", told(again), []string{"4/3 processing"})
	if again[0].Attempts != 1 {
		t.Errorf("attempts = %d, want them counted anew", again[0].Attempts)
	}
}

func discards(t *testing.T, o outbox) {
	id := o.place(t, order.Confirmed)
	o.place(t)
	for _, e := range o.claim(t, "books") {
		must(t, o.Failed(t.Context(), e, webhook.Failure{Dead: e.Order == id}))
	}
	count, err := o.Discard(t.Context(), webhook.Selection{Receiver: "books", Order: id}, 100)
	must(t, err)
	if count != 2 {
		t.Errorf("discarded %d, want both events of the order", count)
	}
	same(t, "left", o.deliver(t, "books"), []string{"5/1 pending"})
	o.move(t, id, order.Processing)
	same(t, "after that", o.deliver(t, "books"), []string{"4/3 processing"})
}

func countsEvents(t *testing.T, o outbox) {
	o.place(t)
	for _, e := range o.claim(t, "books") {
		must(t, o.Failed(t.Context(), e, webhook.Failure{Dead: true}))
	}
	o.clock.pass(time.Minute)
	o.place(t)
	got, err := o.Backlogs(t.Context())
	must(t, err)
	want := []webhook.Backlog{{Receiver: "books", Pending: 1, Dead: 1}, {Receiver: "mail", Pending: 2, Oldest: time.Minute}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("backlogs (-want +got):\n%s", diff)
	}
}

// keepsOrderUnderLoad has several deliverers, some of whose attempts fail, beside orders that go on.
func keepsOrderUnderLoad(t *testing.T, o outbox) {
	const orders, deliverers = 12, 4
	steps := []order.Status{order.Confirmed, order.Processing, order.Shipped, order.Delivered}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	received := struct {
		sync.Mutex
		by    map[int64][]int64
		total int
	}{by: map[int64][]int64{}}
	var all sync.WaitGroup
	for n := range deliverers {
		all.Go(func() {
			for turn := n; ctx.Err() == nil; turn++ {
				claimed, err := o.ClaimEvents(ctx, "books", webhook.LongestLease, 3)
				if err != nil && ctx.Err() == nil {
					t.Errorf("claim: %v", err)
				}
				for _, e := range claimed {
					if turn%3 == 0 {
						must(t, o.Failed(t.Context(), e, webhook.Failure{}))
						continue
					}
					received.Lock()
					received.by[e.Order] = append(received.by[e.Order], e.Sequence)
					received.total++
					enough := received.total == orders*(1+len(steps))
					received.Unlock()
					must(t, o.Delivered(t.Context(), e))
					if enough {
						stop()
					}
				}
			}
		})
	}
	for range orders {
		all.Go(func() { o.place(t, steps...) })
	}
	all.Wait()
	for id, sequence := range received.by {
		if want := []int64{1, 2, 3, 4, 5}; !slices.Equal(sequence, want) {
			t.Errorf("order %d: %d were delivered, want %d", id, sequence, want)
		}
	}
	if len(received.by) != orders {
		t.Errorf("%d orders were heard of, want %d", len(received.by), orders)
	}
}

// TestNobodyIsToldWhereNobodyListens: without receivers nothing is written, and what is written for one that is
// configured later begins then.
func TestNobodyIsToldWhereNobodyListens(t *testing.T) {
	t.Parallel()
	databasetest.EachStore(t, func(t *testing.T, settings database.Settings) {
		db := databasetest.MustOpen(t, settings)
		silent := outbox{sqlstore.New(db), &clock{}}
		mustStart(t, silent.Store)
		id := silent.place(t, order.Confirmed)
		changes := 0
		loud := outbox{sqlstore.New(db), &clock{}}
		loud.Announce([]webhook.Receiver{{Name: "books"}}, func() { changes++ })
		same(t, "before there was a receiver", loud.deliver(t, "books"), nil)
		loud.move(t, id, order.Processing)
		same(t, "since then", loud.deliver(t, "books"), []string{"4/3 processing"})
		if changes != 1 {
			t.Errorf("the deliverer was woken %d times, want once", changes)
		}
	})
}
