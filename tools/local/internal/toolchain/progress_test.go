package toolchain

import (
	"strings"
	"testing"
	"time"
)

func TestProgressReckonsFromThisMachinesSpeed(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	work := surveyed{
		compile: map[string]int64{"k8s.io/api/core/v1": 30e6, "net/http": 30e6}, link: map[string]int64{"kubernetes": 40e6},
	}
	p := newProgress(work, 0, Goal{Name: "the shop answers", Source: 50e6, Then: time.Minute})
	p.started, p.clock = now, func() time.Time { return now }
	expect := func(when string, parts ...string) {
		t.Helper()
		for _, want := range parts {
			if got := p.String(); !strings.Contains(got, want) {
				t.Errorf("%s: got %q, want %q in it", when, got, want)
			}
		}
	}
	expect("at first", "0 of 100 MB", "measuring how fast this machine is")
	p.saw("go: downloading k8s.io/api v0.34.4")
	expect("while it fetches", "now downloading k8s.io/api v0.34.4")
	p.saw("k8s.io/api/core/v1")
	p.saw("k8s.io/api/core/v1")
	now = now.Add(5 * time.Minute)
	// 30 MB in 5 minutes leave 70 MB for 11.7 minutes, and 50 MB more with a minute on top for 21.
	expect("after the first package", "30 %", "tools done in about 12 min", "the shop answers in about 21 min", "now k8s.io/api/core/v1")
	p.saw("net/http")
	p.linked(Tool{Name: "kubernetes"})
	expect("in the end", "100 %", "tools done in about 10s")
}

func TestProgressBeginsWithTheSpeedOfTheBuildBefore(t *testing.T) {
	t.Parallel()
	work := surveyed{compile: map[string]int64{"net/http": 60e6}, link: map[string]int64{}}
	if got := newProgress(work, 1e5, Goal{}).String(); !strings.Contains(got, "tools done in about 10 min") {
		t.Errorf("got %q", got)
	}
}
