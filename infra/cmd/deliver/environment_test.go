package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const shared = "config:\n  techcommerce:edge: {ingress: {host: review.example.com}}\n"

func TestAPullRequestGetsAStack(t *testing.T) {
	for _, c := range []struct {
		name, stacks, file string
		wantInit           bool
		want               string
	}{
		{name: "the first time", stacks: `[{"name": "acme/staging"}]`, wantInit: true, want: "host: review.example.com"},
		{name: "again, its secrets encrypted as before", stacks: `[{"name": "acme/pr-12"}]`, want: "encryptionsalt: v1:salt",
			file: "config:\n  techcommerce:edge: {nodePort: 30000}\nencryptionsalt: v1:salt\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSetup(t)
			s.add("Pulumi.review.yaml", shared)
			s.write("stacks", c.stacks)
			if c.file != "" {
				s.add("Pulumi.pr-12.yaml", c.file)
			}
			if said, err := s.run("prepare", "-stack", "pr-12", "-domain", "review.example.com"); err != nil {
				t.Fatalf("%v\n%s", err, said)
			}
			if got := slices.Contains(s.calls(), "checkout: stack init --no-select --stack pr-12"); got != c.wantInit {
				t.Errorf("a stack is made: got %v, want %v: %q", got, c.wantInit, s.calls())
			}
			host := "checkout: config set --path edge.ingress.host pr-12.review.example.com --stack pr-12"
			if !slices.Contains(s.calls(), host) {
				t.Errorf("want %q, got %q", host, s.calls())
			}
			text, err := os.ReadFile(filepath.Join(s.dir, "Pulumi.pr-12.yaml"))
			if err != nil || !strings.Contains(string(text), c.want) || strings.Contains(string(text), "nodePort") {
				t.Errorf("want the shared settings and %q, got %v\n%s", c.want, err, text)
			}
		})
	}
}

func TestWhereThePullRequestsShopIs(t *testing.T) {
	for _, c := range []struct{ name, stacks, outputs, want string }{
		{"gone", `[{"name": "pr-1"}]`, "", "`pr-12` was taken away."},
		{"never up", `[{"name": "pr-12"}]`, `{}`, "`pr-12` did not come up"},
		{"up", `[{"name": "pr-12"}]`, `{"urls": ["https://pr-12.example.com"],
			"releases": "[{\"revision\": \"0123456789abcdef\", \"time\": \"2026-01-02T03:04:00Z\"}]"}`,
			"| https://pr-12.example.com | `0123456789ab` | 2026-01-02 03:04 UTC |"},
		{"up, without an address", `[{"name": "pr-12"}]`, `{"urls": [], "namespace": "techcommerce-pr-12",
			"releases": "[{\"revision\": \"0123456789abcdef\", \"time\": \"2026-01-02T03:04:00Z\"}]"}`,
			"| `kubectl --namespace techcommerce-pr-12 port-forward service/frontend-service 3000`, then http://localhost:3000 | `0123456789ab`"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSetup(t)
			s.write("stacks", c.stacks)
			s.write("outputs", c.outputs)
			said, err := s.run("where", "-stack", "pr-12")
			if err != nil || !strings.HasPrefix(said, "<!-- review of pr-12 -->\n") || !strings.Contains(said, c.want) {
				t.Errorf("want %q, got %v\n%s", c.want, err, said)
			}
		})
	}
}

func TestOnlyAPullRequestsStackIsTakenAway(t *testing.T) {
	s := newSetup(t)
	s.write("stacks", `[{"name": "pr-12"}, {"name": "production"}]`)
	for _, name := range []string{"production", "pr-12-x", "pr-"} {
		if said, err := s.run("remove", "-stack", name); err == nil || !strings.Contains(err.Error(), "no pull request's stack") {
			t.Errorf("%s: got %v\n%s", name, err, said)
		}
	}
	if said, err := s.run("remove", "-stack", "pr-13"); err != nil || !strings.Contains(said, "there is no stack pr-13") {
		t.Errorf("one that is gone: got %v\n%s", err, said)
	}
	if said, err := s.run("remove", "-stack", "pr-12"); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	want := []string{"checkout: destroy --yes --skip-preview --refresh --stack pr-12", "checkout: stack rm --yes --stack pr-12"}
	if got := s.calls(); !slices.Equal(got[len(got)-2:], want) {
		t.Errorf("got %q, want %q at the end", got, want)
	}
}
