package rights

import (
	"fmt"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/techcommerce/platform/infra/cmd/deployer/internal/declared"
)

// following is what is read in a stack's own namespaces beside what it declares: the provider follows a rollout by it,
// and the program explains one that fails.
func following() []rbacv1.PolicyRule {
	verbs := append([]string{"get"}, watching()...)
	return []rbacv1.PolicyRule{
		{
			APIGroups: []string{""}, Verbs: verbs,
			Resources: []string{"endpoints", "events", "persistentvolumeclaims", "pods", "services"},
		},
		{APIGroups: []string{""}, Verbs: []string{"get"}, Resources: []string{"pods/log"}},
		// The smoke test reaches a shop without an address of its own through a pod.
		{APIGroups: []string{""}, Verbs: []string{"create", "get"}, Resources: []string{"pods/portforward"}},
		// Deployments of one stack exclude each other by a lease.
		{APIGroups: []string{"coordination.k8s.io"}, Verbs: []string{"create", "get", "update"}, Resources: []string{"leases"}},
		{APIGroups: []string{"apps"}, Verbs: verbs, Resources: []string{"replicasets"}},
	}
}

// asking is what the preflight asks about the cluster, down to which one it is, and the provider about the class of a volume. The preflight's
// other question, for the DaemonSets of all namespaces, is one for administrators: other stacks have some.
func asking() []rbacv1.PolicyRule {
	verbs := []string{"get", "list"}
	return []rbacv1.PolicyRule{
		{APIGroups: []string{""}, Verbs: []string{"get"}, Resources: []string{"namespaces"}, ResourceNames: []string{"kube-system"}},
		{APIGroups: []string{""}, Verbs: []string{"get"}, Resources: []string{"configmaps"}, ResourceNames: []string{"kubelet-config"}},
		{APIGroups: []string{""}, Verbs: verbs, Resources: []string{"nodes"}},
		{APIGroups: []string{"networking.k8s.io"}, Verbs: verbs, Resources: []string{"ingressclasses"}},
		{APIGroups: []string{"storage.k8s.io"}, Verbs: verbs, Resources: []string{"storageclasses"}},
	}
}

// rulesOf are the rules that a Role or ClusterRole declares.
func rulesOf(o declared.Object) ([]rbacv1.PolicyRule, error) {
	var role struct {
		Rules           []rbacv1.PolicyRule     `json:"rules"`
		AggregationRule *rbacv1.AggregationRule `json:"aggregationRule"`
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &role); err != nil {
		return nil, fmt.Errorf("its rules cannot be told from a preview: %w", err)
	}
	if role.AggregationRule != nil {
		return nil, fmt.Errorf("what it gathers from other roles cannot be told from a preview")
	}
	return role.Rules, nil
}

// reference is the kind and the name of the role that a binding grants.
func reference(o declared.Object) (kind, name string) {
	kind, _, _ = unstructured.NestedString(o.Object, "roleRef", "kind")
	name, _, _ = unstructured.NestedString(o.Object, "roleRef", "name")
	return kind, name
}
