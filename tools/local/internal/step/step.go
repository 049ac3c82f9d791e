// Package step tells the person at the terminal what is being done, how long it took and, when it fails, what to do.
// It knows nothing of the work itself.
package step

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

const (
	// pulse is how often a long step says that it is still at work, where lines stay.
	pulse = 30 * time.Second
	// refresh is how often it does on a terminal, where the line is written over.
	refresh = time.Second
	// width is how much of a line is written over: a longer one would wrap and stay.
	width = 110
	// erase goes back to the start of the line and clears it.
	erase = "\r\x1b[K"
)

// Console writes steps to one writer, a line each.
type Console struct {
	mu  sync.Mutex
	out io.Writer
	// live is whether out is a terminal, so that the line of the step at work can be written over.
	live bool
}

// NewConsole returns a console that writes to out.
func NewConsole(out io.Writer) *Console { return &Console{out: out, live: terminal(out)} }

func terminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Sayf writes one line.
func (c *Console) Sayf(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live {
		format = erase + format
	}
	fmt.Fprintf(c.out, format+"\n", args...)
}

// Do runs work under a name, saying from time to time that it goes on, and how long it took once it is done.
// Work that takes less than a tenth of a second is not worth a line.
func (c *Console) Do(name string, work func() error) error {
	return c.Watch(name, func() string { return "" }, work)
}

// Watch is Do for work that can say how far it is.
func (c *Console) Watch(name string, state func() string, work func() error) error {
	start := time.Now()
	done := make(chan struct{})
	var pulses sync.WaitGroup
	pulses.Go(func() { c.pulse(name, start, state, done) })
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

func (c *Console) pulse(name string, start time.Time, state func() string, done <-chan struct{}) {
	every := pulse
	if c.live {
		every = refresh
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-done:
			c.overwrite("")
			return
		case <-tick.C:
			line := fmt.Sprintf("  … %s: at work for %s", name, Took(time.Since(start)))
			if said := state(); said != "" {
				line = fmt.Sprintf("  … %s: %s", name, said)
			}
			if c.live {
				c.overwrite(line)
				continue
			}
			c.Sayf("%s", line)
		}
	}
}

// overwrite replaces the line of the step at work.
func (c *Console) overwrite(line string) {
	if !c.live {
		return
	}
	if runes := []rune(line); len(runes) > width {
		line = string(runes[:width-1]) + "…"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Fprint(c.out, erase+line)
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
