package e2e_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// step is one thing that is proven.
type step struct {
	name string
	run  func(*testing.T)
}

// groups are proofs about a shop that is up. Each has a file of its own, needs no other group, and leaves the shop in
// order. They share the cluster of TestPlatform, and its Prometheus: what breaks the shop comes after monitoring, which
// looks back. Alerts wait for minutes: first are the groups that come while one waits to fire, last those that come while
// it waits to be resolved. While working on one, run it alone against what make up has brought up in a checkout:
//
//	make test-group GROUP=declaration
func (p *platform) groups(first, last []step) []step {
	return []step{
		{"declaration", p.declaration},
		{"monitoring", func(t *testing.T) { p.monitoring(t, first, last) }},
		{"delivery", p.delivery},
	}
}

// guests are groups with small stacks of their own. They leave the shop alone, so they may come while another group
// waits: about as long for the first as for the last.
func (p *platform) guests() (first, last []step) {
	return []step{
		{"deployer", p.deployer},
		{"elsewhere", p.elsewhere},
		{"teardown", p.teardown},
		{"review", p.review},
	}, []step{{"data", p.data}}
}

// attach takes the shop that is up in a checkout.
func attach(t testing.TB, dir string) *platform {
	t.Helper()
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	p := &platform{dir: dir, settings: output(t, dir, "cat", "Pulumi.local.yaml")}
	status := p.make(t, "-s", "status")
	shop := regexp.MustCompile(`(?m)^shop: (http://\S+)$`).FindStringSubmatch(status)
	if shop == nil {
		t.Fatalf("make status does not say where the shop is:\n%s", status)
	}
	p.url = shop[1]
	return p
}

// inOrder runs steps that build on each other, so the first that fails ends it.
func inOrder(t *testing.T, steps ...step) {
	t.Helper()
	for _, step := range steps {
		if !t.Run(step.name, step.run) {
			t.Fatalf("stopped at: %s", step.name)
		}
	}
}

// runGroups runs the groups alone, in the checkout that E2E_CHECKOUT names.
func runGroups(t *testing.T) {
	t.Helper()
	p := attach(t, os.Getenv("E2E_CHECKOUT"))
	first, last := p.guests()
	inOrder(t, slices.Concat(p.groups(nil, nil), first, last, []step{{"the limits hold", p.keepsItsLimits}})...)
}
