package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// smallStack is a second stack on the platform's cluster, with all that reaches beyond its namespaces.
const smallStack = `
config:
  techcommerce:namespace: small
  techcommerce:cluster: {enforcesPolicies: true}
  techcommerce:database: {embedded: {size: 64Mi}}
  techcommerce:edge: {nodePort: 30150}
  techcommerce:monitoring:
    namespace: small-monitoring
    prometheus: {size: 1Gi, cpu: {request: 10m}, memory: {request: 64Mi, limit: 256Mi}}
`

// deployer makes a stack's own account and lives that stack's life with it: enough for all of it, and not enough for
// anything of the stack that is up beside it.
func (p *platform) deployer(t *testing.T) {
	admin := newOperator(t, p)
	admin.create(t, "small", smallStack, nil)
	output(t, p.dir, "go", "build", "-o", filepath.Join(admin.dir, "deployer"), "./infra/cmd/deployer")
	path := filepath.Join(admin.dir, ".local", "deployer-small.kubeconfig")
	account := *admin
	copied := filepath.Join(admin.dir, "pipeline.kubeconfig")
	account.environ = append(admin.environ, "KUBECONFIG="+copied)
	t.Cleanup(func() {
		if t.Failed() { // otherwise nothing is left
			account.destroy(t, "small")
			admin.bootstrap(t, "-remove")
		}
	})
	inOrder(t,
		step{"an administrator makes the account", func(t *testing.T) {
			if said := admin.bootstrap(t); !strings.Contains(said, "works on small alone, until 20") {
				t.Errorf("it does not say how long the token lives: %s", said)
			}
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("others may read the token: %v %v", info, err)
			}
			output(t, "", "cp", path, copied) // as a pipeline has it
		}},
		step{"it is enough to bring the stack up and to look at it", account.livesWithAStack},
		step{"it opens nothing else", account.isKeptOut},
		step{"it is enough to destroy the stack", account.leavesWithAStack},
		step{"it opens nothing once it is removed", func(t *testing.T) {
			admin.bootstrap(t, "-remove")
			if _, err := os.Stat(path); err == nil {
				t.Error("the kubeconfig that opens nothing any more is still there")
			}
			eventually(t, 20*time.Second, func() error { // the API server remembers a good token for ten seconds
				_, err := account.kubectl("get", "nodes")
				if err == nil || !strings.Contains(err.Error(), "Unauthorized") {
					return fmt.Errorf("want the token refused, got %v", err)
				}
				return nil
			})
			if left := p.kubectl(t, "", "get", "roles,rolebindings,clusterroles,clusterrolebindings,serviceaccounts,"+
				"validatingadmissionpolicies", "-A", "-l", "techcommerce/deployer=small", "-o", "name"); left != "" {
				t.Errorf("left behind:\n%s", left)
			}
		}},
	)
}

// bootstrap runs deployer for the small stack as make deployer does.
func (o *operator) bootstrap(t *testing.T, args ...string) string {
	t.Helper()
	said, err := run(o.dir, o.environ, "", filepath.Join(o.dir, "deployer"), append([]string{"-stack", "small"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	return said
}

func (o *operator) kubectl(args ...string) (string, error) {
	return run(o.dir, o.environ, "", "kubectl", args...)
}

func (o *operator) livesWithAStack(t *testing.T) {
	o.pulumi(t, "preview", "--stack", "small")
	if said := o.up(t, "small"); strings.Contains(said, "may not ask") {
		t.Errorf("a question of the preflight stays open:\n%s", said)
	}
	o.up(t, "small", "--expect-no-changes")
	o.pulumi(t, "refresh", "--stack", "small", "--yes", "--skip-preview", "--expect-no-changes")
}

// leavesWithAStack destroys the stack, and with its namespaces the rights in them: the next update must say so before it
// touches anything.
func (o *operator) leavesWithAStack(t *testing.T) {
	o.destroy(t, "small")
	if left, err := o.kubectl("get", "namespaces", "-o", "name"); err != nil || strings.Contains(left, "small") {
		t.Errorf("left behind: %v\n%s", err, left)
	}
	_, err := run(o.dir, o.environ, "", "pulumi", "up", "--stack", "small", "--yes", "--skip-preview", "--non-interactive")
	if err == nil || !strings.Contains(err.Error(), "the user may not create deployments in small") {
		t.Errorf("want an update without rights refused, got %v", err)
	}
	if _, err := o.kubectl("get", "namespace", "small"); err == nil || !strings.Contains(err.Error(), "NotFound") {
		t.Errorf("the refused update made something: %v", err)
	}
}

// isKeptOut tries what an account of one stack must not be able to do. Each is first shown to be there for the taking.
func (o *operator) isKeptOut(t *testing.T) {
	const everything = `[{"op":"add","path":"/rules/-","value":{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}}]`
	const self = "--serviceaccount=techcommerce-deployers:small"
	for _, c := range []struct{ name, line, want string }{
		{"another stack's secrets", "-n techcommerce get secrets", "forbidden"},
		{"another stack's pods", "-n techcommerce get pods", "forbidden"},
		{"all secrets", "get secrets -A", "forbidden"},
		{"secrets of the system", "-n kube-system get secrets", "forbidden"},
		{"change another stack's workload", "--dry-run=server -n techcommerce scale deployment/frontend --replicas=0", "forbidden"},
		{"delete another stack's namespace", "--dry-run=server delete namespace techcommerce", "forbidden"},
		{"label another stack's namespace", "--dry-run=server label namespace techcommerce a=b", "forbidden"},
		{"delete another stack's admission policy", "--dry-run=server delete validatingadmissionpolicy techcommerce-pods", "forbidden"},
		{"change another stack's cluster role", "--dry-run=server delete clusterrole monitoring-prometheus", "forbidden"},
		{"change another stack's rights in a shared namespace", "--dry-run=server -n default delete role monitoring-prometheus", "forbidden"},
		{"a namespace of its own choice", "--dry-run=server create namespace other", "forbidden"},
		{"a cluster role of its own choice", "--dry-run=server create clusterrole other --verb=get --resource=nodes", "forbidden"},
		{"the administrator's role in its namespace", "--dry-run=server -n small create rolebinding other --clusterrole=cluster-admin " + self, "not currently held"},
		{"more rights in its own role", "--dry-run=server -n small patch role techcommerce-deployer-small --type json -p " + everything, "not currently held"},
		{"more rights in a cluster role of the stack", "--dry-run=server patch clusterrole small-monitoring-prometheus --type json -p " + everything, "not currently held"},
		{"its own cluster role", "--dry-run=server delete clusterrole techcommerce-deployer-small", "forbidden"},
		{"its own guard", "--dry-run=server delete validatingadmissionpolicybinding techcommerce-deployer-small", "forbidden"},
		{"a longer life", "-n techcommerce-deployers create token small", "forbidden"},
		{"privileged pods", "--dry-run=server label --overwrite namespace small pod-security.kubernetes.io/enforce=privileged", "for an administrator to change"},
		{"unguarded pods", "--dry-run=server label namespace small pod-security.kubernetes.io/enforce-", "for an administrator to change"},
	} {
		args := strings.Fields(c.line)
		if _, err := run(o.dir, o.p.tools(t), "", "kubectl", args...); err != nil {
			t.Errorf("%s: not even an administrator can, so nothing is proven: %v", c.name, err)
		}
		if said, err := o.kubectl(args...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: want it refused with %q, got %v\n%s", c.name, c.want, err, said)
		}
	}
}
