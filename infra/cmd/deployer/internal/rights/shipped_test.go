package rights_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/techcommerce/platform/infra/cmd/deployer/internal/rights"
)

// TestShippedStacks derives the rights for what the repository's stacks really declare, and looks for what would make
// such an account more than one stack's.
func TestShippedStacks(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../../testdata/*.golden.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			// Helm's releases and Datadog's resources are no objects of the cluster.
			objects := slices.DeleteFunc(strings.Split(string(text), "\n---\n"), func(document string) bool {
				return !strings.Contains(document, "\nkind: ")
			})
			derived, err := rights.Derive(mustStack(t, objects...), served)
			if err != nil {
				t.Fatal(err)
			}
			var own []string
			for _, n := range derived.Namespaces {
				own = append(own, n.Name)
			}
			if len(own) == 0 {
				t.Fatal("the stack has no namespace, so nothing was looked at")
			}
			check(t, "everywhere", derived.Everywhere)
			for place, rules := range derived.In {
				if !slices.Contains(own, place) {
					check(t, place, rules)
				}
				for _, r := range rules {
					refuse(t, place, r)
				}
			}
		})
	}
}

// check allows nothing but reading where a stack is not alone, except for objects by their names.
func check(t *testing.T, place string, rules []rbacv1.PolicyRule) {
	t.Helper()
	for _, r := range rules {
		refuse(t, place, r)
		reads := !slices.ContainsFunc(r.Verbs, func(verb string) bool {
			return !slices.Contains([]string{"get", "list", "watch"}, verb)
		})
		if len(r.ResourceNames) == 0 && !reads {
			t.Errorf("%s: changes every object: %v", place, lines([]rbacv1.PolicyRule{r}))
		}
		if slices.Contains(r.Resources, "secrets") {
			t.Errorf("%s: secrets: %v", place, lines([]rbacv1.PolicyRule{r}))
		}
	}
}

// refuse allows nowhere what makes an account another one.
func refuse(t *testing.T, place string, r rbacv1.PolicyRule) {
	t.Helper()
	if slices.Contains(r.Verbs, "bind") && len(r.ResourceNames) == 0 {
		t.Errorf("%s: binds any role: %v", place, lines([]rbacv1.PolicyRule{r}))
	}
	for _, word := range slices.Concat(r.Verbs, r.Resources, r.APIGroups) {
		if slices.Contains([]string{"*", "escalate", "impersonate", "serviceaccounts/token", "pods/exec"}, word) {
			t.Errorf("%s: %v", place, lines([]rbacv1.PolicyRule{r}))
		}
	}
}
