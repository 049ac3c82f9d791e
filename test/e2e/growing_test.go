package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// newEmpty has the stack "empty" of a program that declares nothing.
func newEmpty(b *testing.B, p *platform) *operator {
	b.Helper()
	o := newOperator(b, p)
	o.runs(b, filepath.Join(p.dir, "test", "e2e", "empty"))
	o.create(b, "empty", "", nil)
	o.up(b, "empty")
	return o
}

// runs makes it a program of the operator's own, built where no other operator builds.
func (o *operator) runs(b *testing.B, folder string) {
	b.Helper()
	runtime := map[string]any{"name": "go", "options": map[string]any{"buildTarget": o.binary()}}
	o.describe(b, map[string]any{"main": folder, "runtime": runtime})
}

func (o *operator) binary() string { return filepath.Join(o.dir, "program") }

// growing is an operator whose program has more and more services.
type growing struct {
	*operator
	// contract is the text of the one file that lists the services.
	contract string
}

const growingStack = "grown"

// newGrowing sees to it that the program is compiled with another contract. The file itself stays as it is.
func newGrowing(b *testing.B, p *platform) *growing {
	b.Helper()
	p.standBeside(b, growingStack)
	o := newOperator(b, p)
	o.runs(b, filepath.Join(p.dir, "infra"))
	path := filepath.Join(p.dir, "apps", "contract", "contract.go")
	o.put(b, "overlay.json", fmt.Sprintf(`{"Replace": {%q: %q}}`, path, filepath.Join(o.dir, "contract.go")))
	o.environ = append(o.environ, "GOFLAGS=-tags=lean -overlay="+filepath.Join(o.dir, "overlay.json"))
	g := &growing{operator: o, contract: output(b, "", "cat", path)}
	g.put(b, "contract.go", g.contract)
	g.create(b, growingStack, "", nil)
	return g
}

// standBeside writes down, where make down and the next run look, that the cluster may hold objects of a stack of that
// name, and deletes those that a run has left that was killed. The note goes once the stack has gone.
func (p *platform) standBeside(b *testing.B, stack string) {
	b.Helper()
	note := filepath.Join(p.dir, ".local", "beside", stack)
	if _, err := os.Stat(note); err == nil {
		p.kubectl(b, "", "delete", "namespaces,validatingadmissionpolicies,validatingadmissionpolicybindings",
			"--selector", "app.kubernetes.io/part-of=techcommerce,environment="+stack, "--ignore-not-found")
	}
	output(b, "", "mkdir", "-p", filepath.Dir(note))
	output(b, "", "touch", note)
	b.Cleanup(func() {
		if b.Failed() {
			return // perhaps the stack could not be destroyed
		}
		if err := os.Remove(note); err != nil {
			b.Error(err)
		}
	})
}

// grow deploys the shop with that many services: its three, and others that are like order-api.
func (g *growing) grow(b *testing.B, services int) {
	b.Helper()
	const list = "[]Service{ProductAPI, OrderAPI, Frontend"
	names := []string{"product-api", "order-api", "frontend"}
	entries := list
	for n := len(names); n < services; n++ {
		name := fmt.Sprintf("service-%d", n+1)
		names = append(names, name)
		entries += fmt.Sprintf(`, {Name: %q, Title: %[1]q, Port: %d, Tier: "backend", Stores: true, `+
			`Keys: OrderAPI.Keys, Calls: OrderAPI.Calls}`, name, 6000+n)
	}
	g.change(b, list, entries)
	g.write(b, growingStack, g.settings(b, names))
	g.up(b, growingStack)
}

// logging is the same operator with a Pulumi that writes its debug log, which make's environment keeps off.
func (o *operator) logging(b *testing.B) *operator {
	b.Helper()
	plugins := output(b, o.p.dir, "bash", "-c", `eval "$(make -s env)"; echo "$PULUMI_HOME/plugins"`)
	home := filepath.Join(o.dir, "home")
	output(b, "", "mkdir", "-p", home)
	output(b, "", "ln", "-s", plugins, home)
	return &operator{p: o.p, dir: o.dir, environ: append(slices.Clone(o.environ), "PULUMI_HOME="+home)}
}

// change puts another contract under the program.
func (g *growing) change(b *testing.B, old, replacement string) {
	b.Helper()
	if !strings.Contains(g.contract, old) {
		b.Fatalf("apps/contract/contract.go has no %q", old)
	}
	g.put(b, "contract.go", strings.Replace(g.contract, old, replacement, 1))
}

// settings are a pod of each service, small enough for all of them to fit on one machine, and order-api's image for those
// that have none of their own.
func (g *growing) settings(b *testing.B, services []string) string {
	b.Helper()
	var built struct{ Images map[string]string }
	mustRead(b, []byte(output(b, "", "cat", filepath.Join(g.p.dir, ".local", "images.json"))), &built)
	type object = map[string]any
	sizes, images := object{}, object{}
	for _, name := range services {
		images[name] = built.Images[name]
		if built.Images[name] == "" {
			images[name] = built.Images["order-api"]
		}
		sizes[name] = object{
			"replicas": 1, "cpu": object{"request": "10m"}, "memory": object{"request": "16Mi", "limit": "64Mi"},
		}
	}
	sizes["product-api"].(object)["autoscale"] = object{"min": 1, "max": 2}
	return mustYAML(b, object{"config": object{
		"techcommerce:images":   object{"refs": images},
		"techcommerce:services": sizes,
		"techcommerce:drain":    object{"delay": "1s", "timeout": "5s", "margin": "1s"},
		"techcommerce:database": object{"embedded": object{}},
		"techcommerce:edge":     object{"nodePort": 30253},
	}})
}

// relink builds the program after a change of one line that all of it depends on, as the language host does.
func (g *growing) relink(b *testing.B) {
	b.Helper()
	// A number that Go has never compiled, or it would find the work of the last time done.
	g.change(b, "const UID = 1001", fmt.Sprintf("const UID = %d", time.Now().UnixNano()%1e9))
	if _, err := run(filepath.Join(g.p.dir, "infra"), g.environ, "", "go", "build", "-o", g.binary(), "."); err != nil {
		b.Fatal(err)
	}
}
