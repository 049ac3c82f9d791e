package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestADeploymentIsProvenAndAnnounced(t *testing.T) {
	s := newSetup(t)
	before := s.deployed("1")
	s.add("Pulumi.staging.yaml", "config:\n  techcommerce:logLevel: debug\n")
	s.build("2")
	now := s.commit()
	said, err := s.deliver("deploy")
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	s.runs("2", "debug")
	s.remembers(now, before)
	s.wasNotified("deployed", "success", "staging: deployed release "+now.Revision[:12]+" (by ada, in ",
		"code "+before.Revision[:12]+" → "+now.Revision[:12], "settings logLevel")
	for _, want := range []string{"every image and setting that runs is release " + now.Revision[:12], "trying the shop"} {
		if !strings.Contains(said, want) {
			t.Errorf("want %q said:\n%s", want, said)
		}
	}
}

func TestADeploymentIsNoneTheWorseForAReceiverThatIsAway(t *testing.T) {
	s := newSetup(t)
	s.settings("http://127.0.0.1:1")
	s.commit()
	said, err := s.deliver("deploy")
	if err != nil || !strings.Contains(said, "not everybody could be notified: webhook: no answer") {
		t.Errorf("got %v\n%s", err, said)
	}
	if strings.Contains(said, "127.0.0.1:1/") {
		t.Errorf("an address is a secret: %s", said)
	}
}

func TestAFailedDeploymentIsRolledBack(t *testing.T) {
	for _, c := range []struct{ name, next, broken, why string }{
		{name: "when pulumi up fails", next: "fails", why: "Deployment shop/order-api: 0 pods serve, 1 do not become ready"},
		{name: "when the shop answers 500", broken: image("frontend", "2"), why: "GET /health: 500 Internal Server Error"},
		{name: "when pulumi is killed", next: "killed", why: "pulumi up: signal: killed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSetup(t)
			before := s.deployed("1")
			s.add("Pulumi.staging.yaml", "config:\n  techcommerce:logLevel: debug\n")
			s.build("2")
			tried := s.commit()
			s.change(func(b *backend) { b.Next = c.next })
			s.broken = c.broken
			said, err := s.deliver("deploy")
			if err == nil || !strings.Contains(err.Error(), "runs again, verified") || !strings.Contains(err.Error(), c.why) {
				t.Fatalf("want %q and that the release before runs again, got %v\n%s", c.why, err, said)
			}
			s.runs("1", "info")
			s.remembers(before)
			if got, want := s.updates(), []string{"checkout", "release refreshed"}; !slices.Equal(got, want) {
				t.Errorf("pulumi up ran in %q, want %q", got, want)
			}
			s.wasNotified("restored", "warning", "staging: release "+tried.Revision[:12]+" by ada failed: ", c.why,
				"running now: release "+before.Revision[:12]+" again", "next: fix it and deploy again",
				"would have changed: code "+before.Revision[:12]+" → "+tried.Revision[:12])
		})
	}
}

func TestTheFirstDeploymentHasNothingToRollBackTo(t *testing.T) {
	s := newSetup(t)
	tried := s.commit()
	s.change(func(b *backend) { b.Next = "fails" })
	said, err := s.deliver("deploy")
	if err == nil || !strings.Contains(err.Error(), "there is no release to roll back to") {
		t.Errorf("got %v\n%s", err, said)
	}
	s.wasNotified("failed", "error", "release "+tried.Revision[:12]+" by ada failed: Deployment shop/order-api: 0 pods serve",
		"running now: frontend", "next: fix what failed and run make deploy STACK=staging again")
}

// TestWhatNeverBeganIsNotRolledBack: nothing was touched, so nothing is rolled back and nobody is woken.
func TestWhatNeverBeganIsNotRolledBack(t *testing.T) {
	for _, c := range []struct {
		name string
		with func(*setup)
		want []string
	}{
		{"a setting that the program refuses", func(s *setup) { s.change(func(b *backend) { b.Next = "refused" }) },
			[]string{"not deployed: services.frontend.replicas: 0, want at least 1"}},
		{"a stack that somebody else works on", func(s *setup) { s.change(func(b *backend) { b.Locked = 99 }) },
			[]string{"staging is locked: grace@", "Wait for it and run this again"}},
		{"a lock that a killed pulumi has left", func(s *setup) { s.change(func(b *backend) { b.Locked, b.Abandoned = 99, true }) },
			[]string{"was cut off and has left its lock on staging", "pulumi cancel --yes --stack staging"}},
		{"another stack's namespace", func(s *setup) { s.change(func(b *backend) { b.Owner = "organization/techcommerce/other" }) },
			[]string{"namespace shop belongs to the stack organization/techcommerce/other"}},
		{"another cluster", func(s *setup) { s.change(func(b *backend) { b.ClusterUID = "u-2" }) },
			[]string{"this is the cluster u-1, and the stack lives on u-2"}},
		{"no images", func(s *setup) {
			if err := os.Remove(filepath.Join(s.dir, ".local", "images.json")); err != nil {
				s.t.Fatal(err)
			}
		}, []string{"run make images"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSetup(t)
			before := s.deployed("1")
			s.build("2")
			s.commit()
			c.with(s)
			said, err := s.deliver("deploy", "-wait", "1s")
			for _, want := range append(c.want, "othing was touched") {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("want %q, got %v\n%s", want, err, said)
				}
			}
			s.runs("1", "info")
			s.remembers(before)
			s.nobodyWasNotified()
		})
	}
}

// TestOlderCodeIsNotDeployedOverNewer: a job that was started again would undo what came since.
func TestOlderCodeIsNotDeployedOverNewer(t *testing.T) {
	s := newSetup(t)
	old := s.deployed("1")
	s.add("more", "")
	s.deployed("2")
	s.git("checkout", "--quiet", old.Revision)
	s.build("1")
	said, err := s.deliver("deploy")
	if err == nil || !strings.Contains(err.Error(), "is older than what runs") || !strings.Contains(err.Error(), "make rollback STACK=staging TO="+old.Revision[:12]) {
		t.Fatalf("got %v\n%s", err, said)
	}
	s.runs("2", "info")
	s.nobodyWasNotified()
	if said, err := s.deliver("deploy", "-labels", "allow-older"); err != nil {
		t.Errorf("allowed: %v\n%s", err, said)
	}
}

// TestAnAbandonedLockIsSeenFirst: before anything is compiled or waited for.
func TestAnAbandonedLockIsSeenFirst(t *testing.T) {
	s := newSetup(t)
	s.deployed("1")
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PULUMI_BACKEND_URL", "file://"+s.state)
	lock := filepath.Join(s.state, ".pulumi", "locks", "organization", "techcommerce", "staging", "x.json")
	for pid, abandoned := range map[int]bool{1 << 22: true, os.Getpid(): false} {
		mustWrite(t, lock, fmt.Sprintf(`{"pid": %d, "username": "grace", "hostname": %q, "timestamp": "2026-01-02T03:04:00Z"}`, pid, host))
		said, err := s.deliver("deploy")
		if found := err != nil && strings.Contains(err.Error(), "pulumi cancel --yes --stack staging"); found != abandoned {
			t.Errorf("process %d: got %v\n%s", pid, err, said)
		}
	}
}

func TestALockIsWaitedFor(t *testing.T) {
	s := newSetup(t)
	s.deployed("1")
	s.build("2")
	s.commit()
	s.change(func(b *backend) { b.Locked = 1 })
	said, err := s.deliver("deploy")
	if err != nil || !strings.Contains(said, "waiting up to 10s for grace@") {
		t.Fatalf("got %v\n%s", err, said)
	}
	s.runs("2", "info")
}

// TestTwoDeploymentsAtOnce: the second waits until the first has proven, or taken back, what it did.
func TestTwoDeploymentsAtOnce(t *testing.T) {
	s := newSetup(t)
	s.deployed("1")
	s.build("2")
	s.commit()
	s.change(func(b *backend) { b.Next = "hangs" })
	ctx, interrupt := context.WithCancel(t.Context())
	args := []string{"deploy", "-stack", "staging", "-url", s.shop, "-within", "2s"}
	var first sync.WaitGroup
	first.Go(func() {
		if err := run(ctx, args, strings.NewReader(""), &bytes.Buffer{}); !errors.Is(err, errInterrupted) {
			t.Errorf("the first one: got %v", err)
		}
	})
	eventually(t, "the first one is at work", func() bool { return s.exists("hanging") })
	said, err := s.deliver("deploy", "-wait", "1s")
	if err == nil || !strings.Contains(err.Error(), "a deployment by ada since ") || !strings.Contains(err.Error(), "nothing was touched") {
		t.Errorf("the second one: got %v\n%s", err, said)
	}
	s.change(func(b *backend) { b.Next = "" })
	interrupt()
	first.Wait()
	if said, err := s.deliver("deploy"); err != nil {
		t.Errorf("once it has ended: %v\n%s", err, said)
	}
}

func (s *setup) exists(name string) bool {
	_, err := os.Stat(filepath.Join(s.state, name))
	return err == nil
}

// TestAnInterruptedDeploymentSaysWhatIsTrue, and a rollback after it brings back what ran before: all of it, and not one
// release too far.
func TestAnInterruptedDeploymentSaysWhatIsTrue(t *testing.T) {
	s := newSetup(t)
	oldest := s.deployed("0")
	s.git("commit", "--quiet", "--allow-empty", "--message", "more")
	before := s.deployed("1")
	s.add("Pulumi.staging.yaml", "config:\n  techcommerce:logLevel: debug\n")
	s.build("2")
	tried := s.commit()
	s.change(func(b *backend) { b.Next = "hangs" })
	ctx, interrupt := context.WithCancel(t.Context())
	var out bytes.Buffer
	ended := make(chan error)
	go func() {
		ended <- run(ctx, []string{"deploy", "-stack", "staging", "-url", s.shop}, strings.NewReader(""), &out)
	}()
	eventually(t, "pulumi is at work", func() bool { return s.exists("hanging") })
	interrupt()
	err := <-ended
	for _, want := range []string{"interrupted", "nothing was rolled back", "frontend     frontend@222222222222, 1 of 1 pods ready",
		"make deploy STACK=staging finishes it", "make rollback STACK=staging brings release " + before.Revision[:12]} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v\n%s", want, err, &out)
		}
	}
	s.wasNotified("interrupted", "warning", "interrupted after", "release "+tried.Revision[:12]+" by ada", "running now: frontend",
		"what rolls out goes on by itself")
	s.runs("2", "debug")

	s.heard = map[string][]map[string]any{}
	said, err := s.deliver("rollback")
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	s.runs("1", "info")
	s.remembers(before, oldest)
	s.wasNotified("rolled back", "success", "rolled back to release "+before.Revision[:12])
}

// TestAKilledDeploymentIsFinishedByTheNext: the state knows nothing of what was changed.
func TestAKilledDeploymentIsFinishedByTheNext(t *testing.T) {
	s := newSetup(t)
	s.deployed("1")
	s.change(func(b *backend) { // killed while it rolled out build 2
		b.Cluster["frontend"], b.Cluster["logLevel"] = image("frontend", "2"), "debug"
	})
	s.add("note", "nothing that is declared has changed")
	s.commit()
	said, err := s.deliver("deploy")
	if err != nil || !strings.Contains(said, "overwritten now") || !strings.Contains(said, "by an update of this stack that was cut off") {
		t.Fatalf("got %v\n%s", err, said)
	}
	s.runs("1", "info")
}

// TestWhatRunsIsComparedAfterwards: Pulumi says that all is done, and the cluster has something else.
func TestWhatRunsIsComparedAfterwards(t *testing.T) {
	s := newSetup(t)
	s.deployed("1")
	s.build("2")
	s.commit()
	s.change(func(b *backend) { b.Next = "lies" })
	said, err := s.deliver("deploy")
	if err != nil || !strings.Contains(said, "what runs is not what was declared") || !strings.Contains(said, "frontend runs frontend@111111111111") {
		t.Fatalf("got %v\n%s", err, said)
	}
	if got, want := s.updates(), []string{"checkout", "checkout refreshed"}; !slices.Equal(got, want) {
		t.Errorf("pulumi up ran in %q, want %q", got, want)
	}
	s.runs("2", "info")
}

func TestARollbackIsAnnounced(t *testing.T) {
	s := newSetup(t)
	before := s.deployed("1")
	s.add("infra.go", "package other")
	now := s.deployed("2")
	said, err := s.deliver("rollback")
	if err != nil || !slices.Equal(s.updates(), []string{"release"}) {
		t.Fatalf("pulumi up ran in %q: %v\n%s", s.updates(), err, said)
	}
	s.runs("1", "info")
	s.remembers(before)
	s.wasNotified("rolled back", "success", "staging: rolled back to release "+before.Revision[:12]+" (by ada, in ",
		"code "+now.Revision[:12]+" → "+before.Revision[:12])
}

func TestARollbackToANamedRelease(t *testing.T) {
	s := newSetup(t)
	first := s.deployed("1")
	s.deployed("2")
	s.deployed("3")
	if said, err := s.deliver("rollback", "-to", first.Revision[:8]); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	s.runs("1", "info")
	said, err := s.deliver("rollback", "-to", "ffffffff")
	if err == nil || !strings.Contains(err.Error(), "no release begins with ffffffff") || !strings.Contains(err.Error(), first.Revision[:12]) {
		t.Errorf("got %v\n%s", err, said)
	}
}

// TestARollbackThatWouldDeleteDataIsRefused: the older program calls a volume otherwise, so it would delete it.
func TestARollbackThatWouldDeleteDataIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, command, next string
	}{
		{"by hand", "rollback", ""},
		{"after a deployment that failed", "deploy", "fails"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSetup(t)
			s.deployed("1")
			s.add("infra/volume.go", "package renamed")
			if c.command == "rollback" {
				s.deployed("2")
			} else {
				s.build("2")
				s.commit()
			}
			s.change(func(b *backend) { b.Next, b.Deletes = c.next, "data" })
			said, err := s.deliver(c.command)
			if err == nil || !strings.Contains(err.Error(), "data loss") || !strings.Contains(said, "what it holds is deleted with it") {
				t.Errorf("got %v\n%s", err, said)
			}
			if slices.ContainsFunc(s.updates(), func(folder string) bool { return strings.HasPrefix(folder, "release") }) {
				t.Errorf("it was rolled back all the same: %q", s.updates())
			}
			if c.command == "rollback" {
				if said, err := s.deliver("rollback", "-labels", "allow-data-loss"); err != nil {
					t.Errorf("allowed: %v\n%s", err, said)
				}
			}
		})
	}
}

// TestARollbackOverAMigrationIsRefused: the database knows version 2, and the release before would not start on it.
func TestARollbackOverAMigrationIsRefused(t *testing.T) {
	const migration = "apps/order-api/order/sqlstore/migrations/sqlite/00002_more.sql"
	for _, c := range []struct{ name, command, next string }{
		{"by hand", "rollback", ""},
		{"by hand after an update that was cut off", "rollback", "cut off"},
		{"after a deployment that failed", "deploy", "fails"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSetup(t)
			s.deployed("1")
			s.add(migration, "")
			if c.next == "" {
				s.deployed("2")
			} else {
				s.build("2")
				tried := s.commit()
				s.change(func(b *backend) { b.Next = c.next })
				if c.next == "cut off" {
					s.change(func(b *backend) { b.Cluster["order-api"], b.Release = image("order-api", "2"), tried.ID() })
				}
			}
			said, err := s.deliver(c.command)
			want := "order-api's schema has version 2, the release knows 1: go forward with a fix, or restore a backup first"
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("want %q, got %v\n%s", want, err, said)
			}
			if slices.ContainsFunc(s.updates(), func(folder string) bool { return strings.HasPrefix(folder, "release") }) {
				t.Errorf("it was rolled back all the same:\n%s", said)
			}
			warned := strings.Contains(said, "could not be rolled back") && strings.Contains(said, "there is no backup")
			if c.command == "deploy" && !warned {
				t.Errorf("nobody was told before it happened:\n%s", said)
			}
		})
	}
}

// TestARollbackOverACompatibleMigration: the release before works on with it.
func TestARollbackOverACompatibleMigration(t *testing.T) {
	const migration = "apps/order-api/order/sqlstore/migrations/sqlite/00002_more.sql"
	for _, fails := range []bool{false, true} {
		s := newSetup(t)
		s.deployed("1")
		s.add(migration, "-- +goose Up\n-- +compatible\nALTER TABLE orders ADD COLUMN owner TEXT;")
		said, err := "", error(nil)
		if fails {
			s.build("2")
			s.commit()
			s.change(func(b *backend) { b.Next = "fails" })
			said, err = s.deliver("deploy")
			if err == nil || strings.Contains(said, "could not be rolled back") {
				t.Errorf("the deployment: got %v\n%s", err, said)
			}
		} else {
			s.deployed("2")
			if said, err = s.deliver("rollback"); err != nil {
				t.Errorf("by hand: %v\n%s", err, said)
			}
		}
		if !slices.ContainsFunc(s.updates(), func(folder string) bool { return strings.HasPrefix(folder, "release") }) {
			t.Errorf("it was not rolled back:\n%s", said)
		}
		s.runs("1", "info")
	}
}

func TestDriftIsGroupedAndRevertedObjectByObject(t *testing.T) {
	s := newSetup(t)
	s.deployed("1")
	s.change(func(b *backend) { b.Cluster["order-api"] = image("order-api", "9") })
	said, err := s.deliver("drift")
	for _, want := range []string{"Deployment shop/order-api spec.template.spec.containers[order-api].image is \"order-api@sha256:9999",
		"revert: make revert STACK=staging OBJECT='Deployment shop/order-api'"} {
		if err == nil || !strings.Contains(said, want) {
			t.Errorf("want %q, got %v\n%s", want, err, said)
		}
	}
	if said, err := s.deliver("revert", "-object", "Deployment shop/order-api"); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	s.runs("1", "info")
	if len(s.updates()) > 0 {
		t.Errorf("a revert is no deployment: %q", s.updates())
	}
	if said, err := s.deliver("drift"); err != nil || !strings.Contains(said, "everything is as declared") {
		t.Errorf("afterwards: %v\n%s", err, said)
	}
}

func TestWithoutPulumiItSaysWhatToDo(t *testing.T) {
	s := newSetup(t)
	t.Setenv("PATH", "/nowhere")
	_, err := s.deliver("deploy")
	if err == nil || !strings.Contains(err.Error(), `run eval "$(make env)" first`) {
		t.Errorf("got %v", err)
	}
}
