package e2e_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// The limits that the README promises, for two cores.
const (
	stackLimit    = 90 * time.Second
	restartLimit  = 60 * time.Second
	noChangeLimit = 10 * time.Second
	previewLimit  = 5 * time.Second
	imageLimit    = 15e6
	memoryLimit   = 1500 << 20
)

// TestPlatform does in a throwaway clone what a newcomer does, and what can go wrong afterwards. Its steps build on each
// other, so the first that fails ends it.
func TestPlatform(t *testing.T) {
	if os.Geteuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("the local cluster needs root")
		}
		t.Skip("SKIPPED: the local cluster needs root")
	}
	p := clone(t)
	t.Cleanup(func() { p.down(t) })
	for _, step := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"make up ends with a shop that takes an order", p.comesUp},
		{"the cluster is closed to strangers", p.isClosed},
		{"a person orders in a browser", p.servesABrowser},
		{"without JavaScript too", p.servesWithoutJavaScript},
		{"a killed pod loses nothing", p.survivesAKilledPod},
		{"make up again changes nothing", p.isIdempotent},
		{"pulumi preview shows no change", p.previewsNothing},
		{"images are small and reproducible", p.buildsTheSameImages},
		{"at rest it fits in memory", p.fitsInMemory},
		{"orders survive a stopped cluster", p.survivesARestart},
		{"make up goes on after a kill", p.survivesAKilledUp},
		{"make down leaves nothing", p.leavesNothing},
	} {
		if !t.Run(step.name, step.run) {
			t.Fatalf("stopped at: %s", step.name)
		}
	}
	t.Log(p.summary())
}

// measured is one figure of the summary.
type measured struct {
	what       string
	value, max string
}

func (p *platform) measure(t *testing.T, what string, took, limit time.Duration) {
	t.Helper()
	p.figures = append(p.figures, measured{what, took.Round(100 * time.Millisecond).String(), limit.String()})
	if took > limit {
		t.Errorf("%s took %s, want at most %s", what, took.Round(100*time.Millisecond), limit)
	}
}

func (p *platform) measureSize(t *testing.T, what string, bytes, limit float64) {
	t.Helper()
	p.figures = append(p.figures, measured{what, fmt.Sprintf("%.1f MB", bytes/1e6), fmt.Sprintf("%.0f MB", limit/1e6)})
	if bytes > limit {
		t.Errorf("%s: %.1f MB, want at most %.1f MB", what, bytes/1e6, limit/1e6)
	}
}

func (p *platform) summary() string {
	var table strings.Builder
	fmt.Fprintf(&table, "\nmeasured on %s\n", machine())
	for _, figure := range p.figures {
		fmt.Fprintf(&table, "  %-46s %10s   (limit %s)\n", figure.what, figure.value, figure.max)
	}
	return table.String()
}
