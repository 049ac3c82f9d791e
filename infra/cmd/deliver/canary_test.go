package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/canary"
)

// canary has the Deployment of a canary.
func (s *setup) canary(out http.ResponseWriter, r *http.Request, name string) {
	switch {
	case r.Method == http.MethodPatch && s.refusesCanaries:
		refuse(out, http.StatusForbidden, "Forbidden")
		return
	case r.Method == http.MethodPatch:
		s.change(func(b *backend) { b.Canaries = append(b.Canaries, name) })
	case r.Method == http.MethodDelete:
		s.change(func(b *backend) {
			b.Canaries = slices.DeleteFunc(b.Canaries, func(one string) bool { return one == name })
		})
	}
	_, _ = out.Write([]byte("{}")) // whoever asked has gone
}

func canariesOf(b backend) []any {
	items := []any{}
	for _, name := range b.Canaries {
		items = append(items, map[string]any{"metadata": map[string]any{
			"name": name, "labels": map[string]any{"techcommerce/track": "canary"},
		}})
	}
	return items
}

// pods tell what a test wants of them.
type pods func(ctx context.Context) (canary.Reading, error)

func (p pods) Read(ctx context.Context) (canary.Reading, error) { return p(ctx) }

func (pods) Explain(context.Context) string { return "" }

// answering is a canary that is ready and has answered so many requests, and so many of them 5xx, beside an old pod without fault.
func answering(requests, failed float64) pods {
	return func(context.Context) (canary.Reading, error) {
		return canary.Reading{
			Ready: true, Canary: map[string]canary.Sample{"new": {Requests: requests, Errors: failed}},
			Old: map[string]canary.Sample{"old": {Requests: 1000}},
		}, nil
	}
}

// newCanarySetup is a stack with a release, and the next one is about to be tried on one pod of order-api.
func newCanarySetup(t *testing.T, source canary.Source) *setup {
	t.Helper()
	s := newSetup(t)
	s.source = source
	s.settings(s.server)
	s.deployed("0")
	s.git("commit", "--quiet", "--allow-empty", "--message", "more")
	s.deployed("1")
	s.build("2")
	s.commit()
	return s
}

// leavesNoCanary wants none in the cluster.
func (s *setup) leavesNoCanary() {
	s.t.Helper()
	if left := s.backend().Canaries; len(left) > 0 {
		s.t.Errorf("the cluster still has %q", left)
	}
}

func TestAGoodCanaryGoesOn(t *testing.T) {
	served := 0
	s := newCanarySetup(t, nil)
	s.source = pods(func(ctx context.Context) (canary.Reading, error) {
		if b := s.backend(); slices.Equal(b.Canaries, []string{"order-api-canary"}) && b.Cluster["order-api"] == image("order-api", "1") {
			served++
		}
		return answering(60, 0)(ctx)
	})
	s.settings(s.server)
	said, err := s.deliver("deploy")
	if err != nil || !strings.Contains(said, "the canary of order-api did as well as the old pods: 60 requests") {
		t.Fatalf("got %v\n%s", err, said)
	}
	if served == 0 {
		t.Error("the canary did not run beside the old pods")
	}
	s.runs("2", "info")
	s.leavesNoCanary()
}

// TestABadCanaryIsTakenBack: the old pods are not touched, so nothing is updated and nothing is rolled back.
func TestABadCanaryIsTakenBack(t *testing.T) {
	for _, c := range []struct {
		name, want string
		source     pods
		refused    bool
	}{
		{name: "that answers 500", want: "answered 60 of 60 requests 5xx", source: answering(60, 60)},
		{name: "that the cluster refuses", want: "start order-api-canary", source: answering(60, 0), refused: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newCanarySetup(t, c.source)
			s.refusesCanaries = c.refused
			before := s.backend()
			said, err := s.deliver("deploy")
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "the canary is removed; release") {
				t.Fatalf("want %q, got %v\n%s", c.want, err, said)
			}
			if updates := s.updates(); len(updates) > 0 {
				t.Errorf("pulumi up ran in %q", updates)
			}
			if now := s.backend(); now.Records != before.Records || now.Release != before.Release {
				t.Error("the stack's records changed")
			}
			s.runs("1", "info")
			s.leavesNoCanary()
			s.wasNotified("restored", "warning", c.want, "next: fix it and deploy again")
		})
	}
}

// TestACanaryThatIsCutOff: interrupted, a deployment removes its canary itself; killed, the next command does, whichever.
func TestACanaryThatIsCutOff(t *testing.T) {
	t.Run("interrupted", func(t *testing.T) {
		ctx, interrupt := context.WithCancel(t.Context())
		s := newCanarySetup(t, pods(func(ctx context.Context) (canary.Reading, error) {
			interrupt()
			<-ctx.Done()
			return canary.Reading{}, ctx.Err()
		}))
		var out bytes.Buffer
		err := s.runIn(ctx, &out, "deploy", "-stack", "staging", "-url", s.shop)
		if !errors.Is(err, errInterrupted) || !strings.Contains(err.Error(), "while the canary was watched. It is removed, and runs as before: release") {
			t.Errorf("got %v\n%s", err, &out)
		}
		s.runs("1", "info")
		s.leavesNoCanary()
		s.nobodyWasNotified()
	})
	for _, command := range []string{"deploy", "rollback"} {
		t.Run("killed before "+command, func(t *testing.T) {
			s := newCanarySetup(t, answering(60, 0))
			s.change(func(b *backend) { b.Canaries = []string{"order-api-canary"} })
			if said, err := s.deliver("verify"); err == nil || !strings.Contains(err.Error(), "order-api-canary still runs") {
				t.Errorf("verify: got %v\n%s", err, said)
			}
			said, err := s.deliver(command)
			if err != nil || !strings.Contains(said, "removed: order-api-canary") {
				t.Fatalf("got %v\n%s", err, said)
			}
			s.runs(map[string]string{"deploy": "2", "rollback": "1"}[command], "info")
			s.leavesNoCanary()
		})
	}
}

// TestNoCanary: where there is nothing to compare with, nothing to try, or somebody says so.
func TestNoCanary(t *testing.T) {
	never := pods(func(context.Context) (canary.Reading, error) { return canary.Reading{}, errors.New("there is none") })
	t.Run("in a first deployment", func(t *testing.T) {
		s := newSetup(t)
		s.source = never
		s.settings(s.server)
		s.commit()
		if said, err := s.deliver("deploy"); err != nil || !strings.Contains(said, "no canary: there is no release to compare it with") {
			t.Errorf("got %v\n%s", err, said)
		}
	})
	t.Run("where no pod is replaced", func(t *testing.T) {
		s := newCanarySetup(t, never)
		s.build("1")
		s.commit()
		if said, err := s.deliver("deploy"); err != nil {
			t.Errorf("got %v\n%s", err, said)
		}
	})
	t.Run("in a hurry", func(t *testing.T) {
		s := newCanarySetup(t, never)
		if said, err := s.deliver("deploy", "-labels", noCanary); err != nil || !strings.Contains(said, "no canary, as no-canary asks") {
			t.Errorf("got %v\n%s", err, said)
		}
		s.runs("2", "info")
	})
	t.Run("where its pods need what the update makes", func(t *testing.T) {
		s := newCanarySetup(t, never)
		s.change(func(b *backend) { b.Unknown = true })
		said, err := s.deliver("deploy")
		if err == nil || !strings.Contains(err.Error(), "what the update has yet to make. To roll it out at once: LABELS=no-canary") ||
			!strings.Contains(err.Error(), "nothing was touched") {
			t.Errorf("got %v\n%s", err, said)
		}
		s.runs("1", "info")
		s.nobodyWasNotified()
	})
}

// TestSomebodyDeploysWhileACanaryIsWatched, by plain pulumi up, which removes it: what is said to run is theirs.
func TestSomebodyDeploysWhileACanaryIsWatched(t *testing.T) {
	s := newCanarySetup(t, nil)
	s.source = pods(func(ctx context.Context) (canary.Reading, error) {
		s.git("commit", "--quiet", "--allow-empty", "--message", "theirs")
		s.deployed("3")
		return answering(60, 60)(ctx)
	})
	s.settings(s.server)
	said, err := s.deliver("deploy")
	_, theirs, problem := declared(s.dir)
	if problem != nil {
		t.Fatal(problem)
	}
	if err == nil || !strings.Contains(err.Error(), "the canary is removed; release "+theirs.Revision[:12]) {
		t.Errorf("got %v\n%s", err, said)
	}
	s.runs("3", "info")
}

// TestAGoodCanaryGoesWhereTheUpdateDoesNotBegin: it would serve customers what nobody has deployed.
func TestAGoodCanaryGoesWhereTheUpdateDoesNotBegin(t *testing.T) {
	for name, change := range map[string]func(b *backend){
		"as another one holds the lock": func(b *backend) { b.Locked = 99 },
		"as the program refuses":        func(b *backend) { b.Next = "refused" },
	} {
		t.Run(name, func(t *testing.T) {
			s := newCanarySetup(t, nil)
			s.source = pods(func(ctx context.Context) (canary.Reading, error) {
				s.change(change)
				return answering(60, 0)(ctx)
			})
			s.settings(s.server)
			said, err := s.deliver("deploy", "-wait", "1s")
			if err == nil || !strings.Contains(err.Error(), "nothing was touched, and runs as before: release") || !strings.Contains(said, "removed: order-api-canary") {
				t.Errorf("got %v\n%s", err, said)
			}
			s.runs("1", "info")
			s.leavesNoCanary()
			s.nobodyWasNotified()
		})
	}
}

// TestNoCanaryIsLookedForInVain: where it cannot be seen whether there is one, nothing begins and nobody is notified.
func TestNoCanaryIsLookedForInVain(t *testing.T) {
	s := newSetup(t)
	s.hidesCanaries = true
	s.settings(s.server)
	s.commit()
	said, err := s.deliver("deploy")
	if err == nil || !strings.Contains(err.Error(), "nothing was touched") {
		t.Errorf("got %v\n%s", err, said)
	}
	s.nobodyWasNotified()
}

// TestACanaryThatWasLeftIsNoticed, also by who only looks, and by who destroys a stack whose namespace stays.
func TestACanaryThatWasLeftIsNoticed(t *testing.T) {
	s := newCanarySetup(t, answering(60, 0))
	s.change(func(b *backend) { b.Canaries = []string{"order-api-canary"} })
	if said, err := s.deliver("drift"); err == nil || !strings.Contains(err.Error(), "order-api-canary is in no declaration") ||
		!strings.Contains(said, "order-api-canary runs: a deployment that was cut off has left it") {
		t.Errorf("drift: got %v\n%s", err, said)
	}
	if said, err := s.deliver("destroy"); err != nil {
		t.Errorf("destroy: got %v\n%s", err, said)
	}
	s.leavesNoCanary()
}

// TestNoCanaryMigratesForTheOldPods: on a schema that is not marked compatible the release that runs does not start again.
func TestNoCanaryMigratesForTheOldPods(t *testing.T) {
	for text, want := range map[string]string{
		"-- +goose Up\nALTER TABLE orders ADD COLUMN owner TEXT;":                 "no canary: the release that runs does not start on the new schema",
		"-- +goose Up\n-- +compatible\nALTER TABLE orders ADD COLUMN owner TEXT;": "the canary of order-api did as well",
	} {
		s := newCanarySetup(t, answering(60, 0))
		s.add(more, text)
		s.commit()
		if said, err := s.deliver("deploy"); err != nil || !strings.Contains(said, want) {
			t.Errorf("want %q, got %v\n%s", want, err, said)
		}
		s.leavesNoCanary()
	}
}
