package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// review gives a pull request a shop of its own, and takes it away again.
func (p *platform) review(t *testing.T) {
	const stack = "pr-7"
	file := filepath.Join(p.dir, "Pulumi."+stack+".yaml")
	from := filepath.Join(t.TempDir(), "review.yaml")
	// The shipped settings want images and an ingress controller from the internet.
	if err := os.WriteFile(from, []byte(tinyShop("edge: {nodePort: 30260}")), 0o644); err != nil {
		t.Fatal(err)
	}
	shop := p.at(t, "30260")
	of := " STACK=" + stack + " FROM=" + from + " URL=" + shop.url
	account := "KUBECONFIG=" + filepath.Join(p.dir, ".local", "deployer-"+stack+".kubeconfig") + " "
	t.Cleanup(func() {
		if t.Failed() { // otherwise nothing is left
			p.shell(t, "make -s review-down deployer ARGS=-remove STACK="+stack)
		}
	})
	inOrder(t,
		step{"it gets an account of its own", func(t *testing.T) {
			p.shell(t, "make -s review-account"+of)
			if said := p.shell(t, account+"kubectl -n techcommerce get pods 2>&1 || true"); !strings.Contains(said, "forbidden") {
				t.Errorf("it opens another shop:\n%s", said)
			}
		}},
		step{"it comes up", func(t *testing.T) {
			p.shell(t, account+"make -s review"+of)
			shop.order(t)
			if said := p.shell(t, "make -s deliver && .local/bin/deliver where -stack "+stack); !strings.Contains(said, "port-forward service/frontend-service") {
				t.Errorf("the comment does not say where it is:\n%s", said)
			}
		}},
		step{"another push deploys it again and keeps its data", func(t *testing.T) {
			p.shell(t, account+"make -s review"+of)
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
			p.shell(t, "make -s review-down deployer ARGS=-remove STACK="+stack)
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
