package e2e_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// teardown takes a protected stack away: all but its data, and that only when it is meant.
func (p *platform) teardown(t *testing.T) {
	o := newOperator(t, p)
	deliver := filepath.Join(o.dir, "deliver")
	output(t, p.dir, "go", "build", "-o", deliver, "./infra/cmd/deliver")
	o.create(t, "guarded", tinyShop("protected: true", "edge: {nodePort: 30270}"), nil)
	o.up(t, "guarded")
	said, err := run(o.dir, o.environ, "", deliver, "destroy", "-stack", "guarded")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Namespace techcommerce-guarded", "PersistentVolumeClaim techcommerce-guarded/order-api"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say that %s is left:\n%s", want, said)
		}
	}
	left := p.kubectl(t, "", "-n", "techcommerce-guarded", "get", "deployments,services,persistentvolumeclaims", "-o", "name")
	if strings.Contains(left, "deployment") || strings.Contains(left, "service/") || strings.Count(left, "persistentvolumeclaim") != 2 {
		t.Errorf("want the claims left and nothing else, got:\n%s", left)
	}
	// What it says removes the rest.
	for line := range strings.Lines(said) {
		command := strings.TrimSpace(line)
		if strings.HasPrefix(command, "pulumi destroy") {
			command += " --yes --skip-preview"
		}
		if strings.HasPrefix(command, "pulumi ") {
			if _, err := run(o.dir, o.environ, "", "bash", "-c", command); err != nil {
				t.Fatal(err)
			}
		}
	}
	if left := p.kubectl(t, "", "get", "namespaces", "-o", "name"); strings.Contains(left, "guarded") {
		t.Errorf("left behind:\n%s", left)
	}
}
