// Package health answers whether a service lives and whether it is ready, from named checks. It knows no HTTP.
package health

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Check says nil when what it watches works.
type Check func(context.Context) error

// degraded is what Degraded makes.
type degraded struct{ error }

func (d degraded) Unwrap() error { return d.error }

// Degraded is the error of a check whose subject works in part, and works no better for anybody else: the service stays
// ready, and says what is missing.
func Degraded(err error) error { return degraded{err} }

// Blocks says whether a problem keeps the service from being ready.
func Blocks(err error) bool {
	var partly degraded
	return !errors.As(err, &partly)
}

// Checks are the named conditions of readiness. Answers are remembered for a moment, so that whoever asks often
// does not load what is checked.
type Checks struct {
	mu       sync.Mutex
	named    map[string]Check
	draining atomic.Bool
	last     map[string]error
	checked  time.Time
}

const (
	remembered = time.Second
	timeout    = 2 * time.Second
)

var (
	errDraining = errors.New("the service is shutting down")
	errLate     = errors.New("no answer in time")
)

// New is a set of checks without any: ready.
func New() *Checks { return &Checks{named: map[string]Check{}} }

// Set names a check, in place of the one that had the name.
func (c *Checks) Set(name string, check Check) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.named[name] = check
	c.checked = time.Time{}
}

// Drain makes the service unready for good.
func (c *Checks) Drain() {
	c.draining.Store(true)
}

// Draining says whether the service is about to end.
func (c *Checks) Draining() bool { return c.draining.Load() }

// Problems says what does not work, by check. The service is ready if none of them Blocks.
func (c *Checks) Problems(ctx context.Context) map[string]error {
	if c.draining.Load() {
		return map[string]error{"draining": errDraining}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.checked.IsZero() && time.Since(c.checked) < remembered {
		return c.last
	}
	// One caller's impatience must not be everybody's answer, so its cancellation does not count.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	c.last = run(ctx, c.named)
	c.checked = time.Now()
	return c.last
}

// run makes all checks at once. One that does not come back in time counts as failed.
func run(ctx context.Context, named map[string]Check) map[string]error {
	type result struct {
		name string
		err  error
	}
	results := make(chan result, len(named))
	waiting := map[string]bool{}
	for name, check := range named {
		waiting[name] = true
		go func() { results <- result{name, check(ctx)} }()
	}
	problems := map[string]error{}
	for len(waiting) > 0 {
		select {
		case r := <-results:
			delete(waiting, r.name)
			if r.err != nil {
				problems[r.name] = r.err
			}
		case <-ctx.Done():
			for name := range waiting {
				problems[name] = errLate
			}
			return problems
		}
	}
	return problems
}
