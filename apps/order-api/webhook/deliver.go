package webhook

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Deliveries of one replica to one receiver. A receiver that hangs holds up nobody but itself.
const (
	workers = 4
	// lease outlasts an attempt and writing down what became of it.
	lease   = timeout + 2*cleanup
	cleanup = 5 * time.Second
	// poll is how often a replica asks for what became due, or what another one left.
	poll = time.Second
)

// Pauses double from the first to the longest. With all attempts an event is tried for about two and a half days.
const (
	firstPause   = time.Second
	longestPause = time.Hour
	maxAttempts  = 80
)

// Outcome of an attempt, a metric's label.
type Outcome string

// The outcomes. A dead letter is also a failed attempt, and counts as dead only.
const (
	Accepted Outcome = "delivered"
	Refused  Outcome = "failed"
	GivenUp  Outcome = "dead"
)

// Outcomes lists all of them.
func Outcomes() []Outcome { return []Outcome{Accepted, Refused, GivenUp} }

// Deliverer delivers what the outbox holds.
type Deliverer struct {
	outbox    Outbox
	receivers []Receiver
	sender    sender
	log       *slog.Logger
	// count is told of each attempt.
	count func(receiver string, outcome Outcome)
	wakes map[string]chan struct{}
}

// NewDeliverer delivers to receivers. count is told of each attempt.
func NewDeliverer(outbox Outbox, receivers []Receiver, count func(string, Outcome), log *slog.Logger) *Deliverer {
	d := &Deliverer{
		outbox: outbox, receivers: receivers, sender: newSender(), log: log, count: count, wakes: map[string]chan struct{}{},
	}
	for _, r := range receivers {
		d.wakes[r.Name] = make(chan struct{}, 1)
	}
	return d
}

// Wake has events delivered at once. It never waits.
func (d *Deliverer) Wake() {
	for _, wake := range d.wakes {
		select {
		case wake <- struct{}{}:
		default: // it is awake already
		}
	}
}

// Run delivers until the context ends.
func (d *Deliverer) Run(ctx context.Context) error {
	var all sync.WaitGroup
	for _, r := range d.receivers {
		all.Go(func() { d.serve(ctx, r) })
	}
	all.Wait()
	return nil
}

// serve claims as many events as there are idle workers, so that an event's lease begins when its attempt does.
func (d *Deliverer) serve(ctx context.Context, to Receiver) {
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	idle, done := workers, make(chan struct{}, workers)
	var all sync.WaitGroup
	defer all.Wait()
	for ctx.Err() == nil {
		claimed := d.claim(ctx, to, idle)
		for _, event := range claimed {
			idle--
			all.Go(func() {
				d.deliver(ctx, to, event)
				done <- struct{}{}
			})
		}
		if idle > 0 && len(claimed) > 0 {
			continue // there may be more
		}
		select {
		case <-ctx.Done():
		case <-done:
			idle++
		case <-ticker.C:
		case <-d.wakes[to.Name]:
		}
	}
}

func (d *Deliverer) claim(ctx context.Context, to Receiver, most int) []Event {
	if most == 0 {
		return nil
	}
	claimed, err := d.outbox.ClaimEvents(ctx, to.Name, lease, most)
	if err != nil && ctx.Err() == nil {
		d.log.WarnContext(ctx, "events stay undelivered", "receiver", to.Name, "error.message", err.Error())
	}
	return claimed
}

// deliver makes one attempt and writes down what became of it. What cannot be written down is sent again after the
// lease, under the same id.
func (d *Deliverer) deliver(ctx context.Context, to Receiver, event Event) {
	wait, err := d.sender.send(ctx, to, event)
	about := []any{
		"receiver", to.Name, "event", event.ID, "order", event.Order, "order.status", event.Status, "attempt", event.Attempts,
	}
	noting, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanup)
	defer cancel()
	if err == nil {
		d.count(to.Name, Accepted)
		d.log.DebugContext(ctx, "event delivered", about...)
		err = d.outbox.Delivered(noting, event)
	} else {
		err = d.fail(noting, to, event, failureOf(ctx, event, wait, err), about)
	}
	if err != nil {
		d.log.WarnContext(ctx, "an attempt could not be noted, so it will be repeated", append(about, "error.message", err.Error())...)
	}
}

func (d *Deliverer) fail(ctx context.Context, to Receiver, event Event, failure Failure, about []any) error {
	about = append(about, "error.message", failure.Reason)
	if failure.Dead {
		d.count(to.Name, GivenUp)
		d.log.ErrorContext(ctx, "event given up: it is a dead letter now", about...)
	} else {
		d.count(to.Name, Refused)
		d.log.WarnContext(ctx, "event not delivered", append(about, "pause", failure.Pause.String())...)
	}
	return d.outbox.Failed(ctx, event, failure)
}

// failureOf decides when an event is tried again. An attempt that this service ended itself says nothing of the receiver.
func failureOf(ctx context.Context, event Event, wait time.Duration, cause error) Failure {
	if ctx.Err() != nil {
		return Failure{Reason: "interrupted: order-api was stopped"}
	}
	return Failure{
		Pause:  max(wait, pauseAfter(event.Attempts)),
		Dead:   errors.Is(cause, errGone) || event.Attempts >= maxAttempts,
		Reason: storable(cause.Error()),
	}
}

// storable is as much of a text as is kept, without what no database takes: a receiver has its say in it.
func storable(text string) string {
	text = strings.ToValidUTF8(text[:min(len(text), longestReason)], "")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// pauseAfter grows exponentially. Between half of it and all of it is left to chance, so that what failed together is
// not tried again together.
func pauseAfter(attempts int) time.Duration {
	const most = 20 // doublings, far beyond the longest pause and far below an overflow
	pause := min(firstPause<<min(max(attempts-1, 0), most), longestPause)
	return pause/2 + rand.N(pause/2)
}
