package e2e_test

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"
)

// What a change of the declaration may cost whoever waits for it.
const (
	serviceLimit = 60 * time.Millisecond
	relinkLimit  = 12 * time.Second
	// linear is how much more a service may cost among many than among few.
	linear = 1.5
)

// previewRounds is how often everything is timed.
const previewRounds = 5

// BenchmarkPreview times what somebody waits for who changes the declaration: pulumi preview with nothing to change, as
// more and more services are declared, and the link after a changed line. It prints the table.
func BenchmarkPreview(b *testing.B) {
	if os.Getenv("E2E_CHECKOUT") == "" {
		b.Skip("SKIPPED: it wants a shop that is up: make bench-preview")
	}
	p := attach(b, os.Getenv("E2E_CHECKOUT"))
	empty, local, shop := newEmpty(b, p), p.owner(b), newGrowing(b, p)
	var table costs
	took := fastest(b, empty.previewer(b, "empty"), local.previewer(b, "local"))
	table.add("a program that declares nothing", took[0], "")
	table.add("the local stack", took[1], took[1].times(took[0]))
	table.addGrowth(b, empty, shop)
	table.add("  with Pulumi's debug log", fastest(b, shop.logging(b).previewer(b, growingStack))[0], "")
	relinked := fastest(b, func() { shop.relink(b) })[0]
	table.add("linking the program after a changed line", relinked, "limit "+relinkLimit.String())
	if relinked.wall > relinkLimit {
		b.Errorf("linking after a changed line: %s, want at most %s", relinked.wall, relinkLimit)
	}
	b.Logf("the least of %d each, on %s\n%s", previewRounds, machine(), table.text(b))
}

// addGrowth adds what previews cost as services are added, and what each of them adds.
func (c *costs) addGrowth(b *testing.B, empty *operator, shop *growing) {
	b.Helper()
	var before growth
	var first cost
	for _, services := range []int{3, 10, 30} {
		shop.grow(b, services)
		took := fastest(b, empty.previewer(b, "empty"), shop.previewer(b, growingStack))
		now := growth{services: services, cost: took[1]}
		c.add(fmt.Sprintf("%d services", services), now.cost, now.times(took[0]))
		if before.services > 0 {
			each := now.each(before)
			c.add(fmt.Sprintf("  each from %d to %d", before.services, services), each, "limit "+serviceLimit.String())
			if first.cpu == 0 {
				first = each
			}
			each.judge(b, first)
		}
		before = now
	}
}

// judge holds what a service adds against the limit and against what the first ones added. The latter counts processor
// time, which other work on the machine hardly changes.
func (c cost) judge(b *testing.B, first cost) {
	b.Helper()
	if c.wall > serviceLimit {
		b.Errorf("each further service: %s, want at most %s", c.wall, serviceLimit)
	}
	if float64(c.cpu) > linear*float64(first.cpu) {
		b.Errorf("each further service: %s of a processor, but the first ones %s: that is not linear", c.cpu, first.cpu)
	}
}

// cost is how long something takes, and how much of the processors: what else the machine does makes the first longer.
type cost struct{ wall, cpu time.Duration }

// times compares with what cannot be saved.
func (c cost) times(least cost) string {
	return fmt.Sprintf("%.1f x", float64(c.wall)/float64(least.wall))
}

// growth is what a preview of so many services costs.
type growth struct {
	services int
	cost
}

// each is what every service since then has added.
func (g growth) each(before growth) cost {
	added := time.Duration(g.services - before.services)
	return cost{(g.wall - before.wall) / added, (g.cpu - before.cpu) / added}
}

// fastest times by turns, so that a busy moment of the machine meets all, and returns the least of each: what else the
// machine does only adds.
func fastest(b *testing.B, actions ...func()) []cost {
	b.Helper()
	least := make([]cost, len(actions))
	for range previewRounds {
		for i, action := range actions {
			start, used := time.Now(), ofChildren(b)
			action()
			took := cost{time.Since(start), ofChildren(b) - used}
			if least[i].wall == 0 {
				least[i] = took
			}
			least[i] = cost{min(least[i].wall, took.wall), min(least[i].cpu, took.cpu)}
		}
	}
	return least
}

// ofChildren is the processor time of every process that was started here and has ended.
func ofChildren(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// previewer is a preview that must find nothing to change.
func (o *operator) previewer(b *testing.B, stack string) func() {
	return func() { o.pulumi(b, "preview", "--stack", stack, "--expect-no-changes") }
}

// owner is whoever has brought the platform up.
func (p *platform) owner(b *testing.B) *operator {
	return &operator{p: p, dir: p.dir, environ: p.tools(b)}
}

// costs is the table.
type costs struct{ rows []string }

func (c *costs) add(what string, took cost, remark string) {
	c.rows = append(c.rows, strings.Join([]string{
		what, took.wall.Round(time.Millisecond).String(), took.cpu.Round(time.Millisecond).String(), remark,
	}, "\t"))
}

func (c *costs) text(b *testing.B) string {
	b.Helper()
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 3, ' ', 0)
	for _, row := range append([]string{"pulumi preview, nothing changed\ttook\tprocessors\tto an empty one"}, c.rows...) {
		_, _ = fmt.Fprintln(w, row) // a Builder takes everything
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	return text.String()
}
