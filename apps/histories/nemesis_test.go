package histories_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/techcommerce/platform/apps/histories/internal/link"
	"github.com/techcommerce/platform/apps/internal/servicetest"
)

// deed is something that the nemesis does, and undoes after a while.
type deed struct {
	// Kind and Target say what and to whom. For as long as one is at a target, it is left alone by others.
	Kind, Target string
	At, Until    time.Duration
}

// nemesis does its worst to a shop. What it does is decided by its dice alone.
type nemesis struct {
	*shop
	dice  *rand.Rand
	begun time.Time
	// longest is how long a deed lasts at most.
	longest time.Duration

	mu    sync.Mutex
	busy  map[string]bool
	deeds []deed
	under sync.WaitGroup
}

// run goes on until the time is up, and then has everything as it was.
func (n *nemesis) run(until time.Duration) {
	for {
		pause := time.Duration(100+n.dice.IntN(500)) * time.Millisecond
		if time.Since(n.begun)+pause > until {
			break
		}
		time.Sleep(pause)
		n.strike(n.choose())
	}
	n.under.Wait()
	n.makeUp()
}

// choice is a deed before it is done: do it, wait, undo it.
type choice struct {
	kind, target string
	lasts        time.Duration
	do, undo     func()
}

func (n *nemesis) choose() choice {
	lasts := time.Duration(n.dice.Int64N(int64(n.longest)))
	process := n.processes()[n.dice.IntN(len(n.processes()))]
	l := n.links[n.dice.IntN(len(n.links))]
	after := n.dice.IntN(4)
	resume := n.dice.IntN(2) == 0
	clock := slices.Sorted(maps.Keys(n.clocks))[n.dice.IntN(len(n.clocks))]
	by := time.Duration(n.dice.IntN(41)-20) * time.Minute
	options := []func() choice{
		func() choice { return n.kill(process) },
		func() choice { return n.kill(process) },
		func() choice { return n.stop(process, lasts) },
		func() choice { return choice{kind: "cut", target: l.Name, do: l.Cut} },
		func() choice { return n.delay(l, lasts) },
		func() choice { return n.hold(l, lasts, resume) },
		func() choice { return choice{kind: "lose a reply", target: l.Name, do: func() { l.Drop(after) }} },
		func() choice { return choice{kind: "lose a reply", target: l.Name, do: func() { l.Drop(after) }} },
		func() choice { return n.moveClock(clock, by) },
		n.restartServer,
	}
	return options[n.dice.IntN(len(options))]()
}

func (n *nemesis) kill(p *servicetest.Process) choice {
	return choice{kind: "kill", target: n.names[p], do: p.KillAndRestart}
}

func (n *nemesis) stop(p *servicetest.Process, lasts time.Duration) choice {
	return choice{
		kind: "stop", target: n.names[p], lasts: lasts,
		do:   func() { p.Signal(syscall.SIGSTOP) },
		undo: func() { p.Signal(syscall.SIGCONT) },
	}
}

func (n *nemesis) delay(l *link.Link, lasts time.Duration) choice {
	by := time.Duration(5+n.dice.IntN(200)) * time.Millisecond
	return choice{kind: "delay by " + by.String(), target: l.Name, lasts: lasts, do: func() { l.Delay(by) }, undo: l.Heal}
}

// hold lets nothing pass for a while. What was held arrives late then, or never.
func (n *nemesis) hold(l *link.Link, lasts time.Duration, resume bool) choice {
	if resume {
		return choice{kind: "hold", target: l.Name, lasts: lasts, do: l.Hold, undo: l.Heal}
	}
	return choice{kind: "hold and cut", target: l.Name, lasts: lasts, do: l.Hold, undo: func() { l.Cut(); l.Heal() }}
}

func (n *nemesis) moveClock(name string, by time.Duration) choice {
	return choice{kind: fmt.Sprintf("move clock by %s", by), target: "clock of " + name, do: func() {
		if err := n.clocks[name].Move(by); err != nil {
			n.Errorf("clock of %s: %v", name, err)
		}
	}}
}

// restartServer crashes PostgreSQL. With SQLite there is no server, so a process is killed instead.
func (n *nemesis) restartServer() choice {
	if n.server == nil {
		return n.kill(n.products[0])
	}
	return choice{kind: "restart", target: "postgres", do: func() {
		if err := n.server.Stop(); err != nil {
			n.Errorf("stop PostgreSQL: %v", err)
		}
		if err := n.server.Run(); err != nil {
			n.Errorf("start PostgreSQL: %v", err)
		}
	}}
}

// strike does a deed beside others, unless somebody is at the target already.
func (n *nemesis) strike(c choice) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.busy[c.target] {
		return
	}
	n.busy[c.target] = true
	begun := time.Since(n.begun)
	n.under.Go(func() {
		c.do()
		if c.undo != nil {
			time.Sleep(c.lasts)
			c.undo()
		}
		n.mu.Lock()
		defer n.mu.Unlock()
		n.busy[c.target] = false
		n.deeds = append(n.deeds, deed{c.kind, c.target, begun, time.Since(n.begun)})
	})
}

// makeUp has every link heal and every clock right. Processes run again already.
func (n *nemesis) makeUp() {
	for _, l := range n.links {
		l.Heal()
	}
	for name, clock := range n.clocks {
		if err := clock.Move(0); err != nil {
			n.Errorf("clock of %s: %v", name, err)
		}
	}
	n.awaitReady()
}
