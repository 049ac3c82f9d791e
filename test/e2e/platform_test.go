package e2e_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// The limits that the README promises, for two cores.
const (
	warmUpLimit   = 4 * time.Minute
	stackLimit    = 90 * time.Second
	restartLimit  = 60 * time.Second
	noChangeLimit = 10 * time.Second
	previewLimit  = 5 * time.Second
	imageLimit    = 15e6
	memoryLimit   = 1400 << 20
)

// TestPlatform does in a throwaway clone what a newcomer does, and what can go wrong afterwards, then proves group after
// group what else is promised. With E2E_CHECKOUT it runs the groups alone.
func TestPlatform(t *testing.T) {
	if os.Getenv("E2E_CHECKOUT") != "" {
		runGroups(t)
		return
	}
	if os.Geteuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("the local cluster needs root")
		}
		t.Skip("SKIPPED: the local cluster needs root")
	}
	p := clone(t)
	t.Cleanup(func() { p.down(t) })
	inOrder(t, slices.Concat([]step{
		{"make up ends with a shop that takes an order", p.comesUp},
		{"the cluster is closed to strangers", p.isClosed},
		{"a person orders in a browser", p.servesABrowser},
		{"without JavaScript too", p.servesWithoutJavaScript},
		{"a killed pod loses nothing", p.survivesAKilledPod},
		{"make up again changes nothing", p.isIdempotent},
		{"pulumi preview shows no change", p.previewsNothing},
		{"images are small and reproducible", p.buildsTheSameImages},
		{"at rest it fits in memory", p.fitsInMemory},
		{"a service is soon ready", p.startsSoon},
		{"orders survive a stopped cluster", p.survivesARestart},
		{"make up goes on after a kill", p.survivesAKilledUp},
		{"every target is up soon after make up", p.isWatched},
	}, p.groups(p.guests()), []step{
		{"make down leaves nothing", p.leavesNothing},
		{"the limits hold", p.keepsItsLimits},
	})...)
}

// measured is one figure of the summary.
type measured struct {
	what       string
	value, max string
	over       bool
}

func (p *platform) measure(what string, took, limit time.Duration) {
	unit := 100 * time.Millisecond
	if limit < time.Second {
		unit = time.Millisecond
	}
	p.figures = append(p.figures, measured{what, took.Round(unit).String(), limit.String(), took > limit})
}

func (p *platform) measureSize(what string, bytes, limit float64) {
	value := fmt.Sprintf("%.1f MB", bytes/1e6)
	p.figures = append(p.figures, measured{what, value, fmt.Sprintf("%.0f MB", limit/1e6), bytes > limit})
}

// keepsItsLimits prints the summary. It comes last, so that a slow machine hides no fault.
func (p *platform) keepsItsLimits(t *testing.T) {
	var table strings.Builder
	fmt.Fprintf(&table, "measured on %s\n", machine())
	for _, figure := range p.figures {
		fmt.Fprintf(&table, "  %-46s %10s   (limit %s)\n", figure.what, figure.value, figure.max)
		if figure.over {
			t.Errorf("%s: %s, want at most %s", figure.what, figure.value, figure.max)
		}
	}
	t.Log(table.String())
}
