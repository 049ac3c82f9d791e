// Package step tells the person at the terminal what is being done, how long it took and, when it fails, what to do.
// It knows nothing of the work itself.
package step

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// pulse is how often a long step says that it is still at work.
const pulse = 30 * time.Second

// Console writes steps to one writer, a line each.
type Console struct {
	mu  sync.Mutex
	out io.Writer
}

// NewConsole returns a console that writes to out.
func NewConsole(out io.Writer) *Console { return &Console{out: out} }

// Sayf writes one line.
func (c *Console) Sayf(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Fprintf(c.out, format+"\n", args...)
}

// Do runs work under a name, saying every half minute that it goes on, and how long it took once it is done.
// Work that takes less than a tenth of a second is not worth a line.
func (c *Console) Do(name string, work func() error) error {
	start := time.Now()
	done := make(chan struct{})
	var pulses sync.WaitGroup
	pulses.Go(func() { c.pulse(name, start, done) })
	err := work()
	close(done)
	pulses.Wait()
	took := time.Since(start)
	switch {
	case err != nil:
		return err
	case took >= 100*time.Millisecond:
		c.Sayf("  %-58s %s", name, Took(took))
	}
	return nil
}

func (c *Console) pulse(name string, start time.Time, done <-chan struct{}) {
	tick := time.NewTicker(pulse)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			c.Sayf("  … %s: at work for %s", name, Took(time.Since(start)))
		}
	}
}

// Took renders a duration for people: tenths of a second below ten seconds, whole seconds above.
func Took(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// Problem is an error that says what is wrong and how to mend it.
type Problem struct {
	// What is wrong, and where.
	What string
	// Mend is what the reader can do about it; several lines are allowed.
	Mend string
	// Cause is the underlying error, if any.
	Cause error
}

func (p *Problem) Error() string {
	text := p.What
	if p.Cause != nil {
		text += ": " + p.Cause.Error()
	}
	return text + "\n  " + p.Mend
}

func (p *Problem) Unwrap() error { return p.Cause }
