package main

import (
	"slices"
	"strings"
	"testing"
)

func TestADeploymentIsTold(t *testing.T) {
	w := newWorld(t)
	before := w.commit()
	w.add("Pulumi.staging.yaml", "config:\n  techcommerce:logLevel: debug\n")
	now := w.commit()
	w.outputs("outputs", before)
	w.outputs("next", now, before)
	said, err := w.deliver("deploy")
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	w.wasTold("deployed", "success", "staging: ada deployed release "+now.Revision[:12]+" in ",
		"code "+before.Revision[:12]+" → "+now.Revision[:12], "settings logLevel")
}

func TestADeploymentIsNoneTheWorseForAReceiverThatIsAway(t *testing.T) {
	w := newWorld(t)
	w.settings("http://127.0.0.1:1")
	w.outputs("outputs", w.commit())
	said, err := w.deliver("deploy")
	if err != nil || !strings.Contains(said, "not everybody was told of it: webhook: no answer") {
		t.Errorf("got %v\n%s", err, said)
	}
	if strings.Contains(said, "127.0.0.1:1/") {
		t.Errorf("an address is a secret: %s", said)
	}
}

func TestAFailedDeploymentGoesBack(t *testing.T) {
	for _, c := range []struct{ name, fault, why string }{
		{"when pulumi up fails", "up-fails", "pulumi up --yes --skip-preview --stack staging: exit status 255"},
		{"when the shop answers 500", "shop-is-broken", "GET /health: 500 Internal Server Error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			before := w.commit()
			w.add("infra.go", "package broken")
			tried := w.commit()
			w.outputs("outputs", before)
			w.write(c.fault, "")
			said, err := w.deliver("deploy")
			if err == nil || !strings.Contains(err.Error(), "serves again") || !strings.Contains(err.Error(), c.why) {
				t.Fatalf("want %q and that the release before serves again, got %v\n%s", c.why, err, said)
			}
			if got, want := w.updates(), []string{"checkout", "release"}; !slices.Equal(got, want) {
				t.Errorf("pulumi up ran in %q, want %q", got, want)
			}
			w.wasTold("restored", "warning", "a deployment by ada failed, release "+before.Revision[:12]+" serves again after ",
				"code "+before.Revision[:12]+" → "+tried.Revision[:12], "why: ", c.why)
		})
	}
}

func TestTheFirstDeploymentHasNothingToGoBackTo(t *testing.T) {
	w := newWorld(t)
	tried := w.commit()
	w.outputs("outputs")
	w.write("up-fails", "")
	said, err := w.deliver("deploy")
	if err == nil || !strings.Contains(err.Error(), "there is no release to go back to") {
		t.Errorf("got %v\n%s", err, said)
	}
	w.wasTold("failed", "error", "what ada did failed after ", "release "+tried.Revision[:12])
}

func TestARollbackIsTold(t *testing.T) {
	w := newWorld(t)
	before := w.commit()
	now := w.commit()
	w.outputs("outputs", now, before)
	w.outputs("next", before)
	said, err := w.deliver("rollback")
	if err != nil || !slices.Equal(w.updates(), []string{"release"}) {
		t.Fatalf("pulumi up ran in %q: %v\n%s", w.updates(), err, said)
	}
	w.wasTold("rolled back", "success", "staging: ada went back to release "+before.Revision[:12],
		"code "+now.Revision[:12]+" → "+before.Revision[:12])
}

// TestARollbackOverAMigrationIsRefused: the database knows version 2, and the release before would not start on it.
func TestARollbackOverAMigrationIsRefused(t *testing.T) {
	const migration = "apps/order-api/order/sqlstore/migrations/sqlite/00002_more.sql"
	for _, c := range []struct{ name, command, history string }{
		{"by hand", "rollback", "succeeded"},
		{"by hand after an update that failed", "rollback", "failed"},
		{"after a deployment that failed", "deploy", "succeeded"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			before := w.commit()
			w.add(migration, "")
			now := w.commit()
			w.outputs("outputs", now, before)
			if c.history == "failed" || c.command == "deploy" { // it left no record
				w.outputs("outputs", before)
			}
			w.write("history", `[{"kind": "update", "result": "`+c.history+`"}]`)
			w.write("up-fails", "")
			said, err := w.deliver(c.command)
			want := "order-api's schema has version 2, the release knows 1: go forward with a fix, or restore a backup first"
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("want %q, got %v\n%s", want, err, said)
			}
			if slices.Contains(w.updates(), "release") {
				t.Errorf("it went back all the same:\n%s", said)
			}
		})
	}
}
