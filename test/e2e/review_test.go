package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// reviewed is the shop of a pull request as this machine can run it: the shipped one wants images and an ingress controller
// from the internet.
const reviewed = `
config:
  techcommerce:services:
    frontend: {replicas: 1}
    product-api: {autoscale: null, replicas: 1}
    order-api: {replicas: 1}
  techcommerce:drain: {delay: 1s, timeout: 5s, margin: 1s}
  techcommerce:database: {embedded: {size: 64Mi}}
  techcommerce:edge: {nodePort: 30260}
`

// review gives a pull request a shop of its own, and takes it away again.
func (p *platform) review(t *testing.T) {
	const stack = "pr-7"
	file := filepath.Join(p.dir, "Pulumi."+stack+".yaml")
	from := filepath.Join(t.TempDir(), "review.yaml")
	if err := os.WriteFile(from, []byte(reviewed), 0o644); err != nil {
		t.Fatal(err)
	}
	shop := p.at(t, "30260")
	up := "make -s review STACK=" + stack + " FROM=" + from + " URL=" + shop.url
	t.Cleanup(func() {
		if t.Failed() { // otherwise nothing is left
			p.shell(t, "make -s review-down STACK="+stack)
		}
	})
	inOrder(t,
		step{"it comes up", func(t *testing.T) {
			p.shell(t, up)
			shop.order(t)
			if said := p.shell(t, "make -s deliver && .local/bin/deliver where -stack "+stack); !strings.Contains(said, ":30260") {
				t.Errorf("the comment does not say where it is:\n%s", said)
			}
		}},
		step{"another push deploys it again and keeps its data", func(t *testing.T) {
			p.shell(t, up)
			if err := shop.checkOrders(); err != nil {
				t.Error(err)
			}
		}},
		step{"no other stack is taken for one", func(t *testing.T) {
			if said, err := p.tryMake("-s", "review-down", "STACK=local"); err == nil || !strings.Contains(said, "no pull request's stack") {
				t.Errorf("got %v\n%s", err, said)
			}
		}},
		step{"it goes, from another checkout too", func(t *testing.T) {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			p.shell(t, "make -s review-down STACK="+stack)
			if left := p.kubectl(t, "", "get", "namespaces", "-o", "name"); strings.Contains(left, stack) {
				t.Errorf("left behind:\n%s", left)
			}
			if said := p.shell(t, ".local/bin/deliver where -stack "+stack); !strings.Contains(said, "was taken away") {
				t.Errorf("the comment does not say that it is gone:\n%s", said)
			}
			if _, err := os.Stat(file); err == nil {
				t.Errorf("%s is still there", file)
			}
		}},
	)
}
