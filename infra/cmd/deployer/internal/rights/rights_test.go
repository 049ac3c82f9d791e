package rights_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"github.com/techcommerce/platform/infra/cmd/deployer/internal/declared"
	"github.com/techcommerce/platform/infra/cmd/deployer/internal/rights"
)

const (
	shop      = `{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {team: a, pod-security.kubernetes.io/enforce: restricted}}}`
	web       = `{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}}`
	roll      = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}}`
	nightly   = `{apiVersion: batch/v1, kind: CronJob, metadata: {name: backup, namespace: shop}}`
	key       = `{apiVersion: v1, kind: Secret, metadata: {name: key-1, namespace: shop, annotations: {pulumi.com/autonamed: "true"}}}`
	policy    = `{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, metadata: {name: shop-pods}}`
	nodes     = `{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: shop-watch}, rules: [{apiGroups: [""], resources: [nodes/metrics], verbs: [get]}]}`
	nodesTo   = `{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: shop-watch}, roleRef: {kind: ClusterRole, name: shop-watch}}`
	system    = `{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: shop-watch, namespace: kube-system}, rules: [{apiGroups: [""], resources: [pods], verbs: [list]}]}`
	elsewhere = `{apiVersion: v1, kind: Service, metadata: {name: web-1, namespace: kube-system, annotations: {pulumi.com/autonamed: "true"}}}`
	stolen    = `{apiVersion: v1, kind: Secret, metadata: {name: key, namespace: kube-system}}`
	admin     = `{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: all, namespace: shop}, roleRef: {kind: ClusterRole, name: admin}}`
	lost      = `{apiVersion: v1, kind: Service, metadata: {name: web}}`
	gathers   = `{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: all}, aggregationRule: {clusterRoleSelectors: []}}`
)

func mustStack(t testing.TB, texts ...string) declared.Stack {
	t.Helper()
	var stack declared.Stack
	for _, text := range texts {
		object, protected := map[string]any{}, strings.HasPrefix(text, "protected ")
		if err := yaml.Unmarshal([]byte(strings.TrimPrefix(text, "protected ")), &object); err != nil {
			t.Fatal(err)
		}
		stack.Objects = append(stack.Objects, declared.Object{
			Unstructured: unstructured.Unstructured{Object: object}, Protected: protected,
		})
	}
	return stack
}

// served names kinds as every cluster does.
func served(apiVersion, kind string) (metav1.APIResource, error) {
	if kind == "Unknown" {
		return metav1.APIResource{}, fmt.Errorf("the cluster serves no %s", kind)
	}
	plural, _ := meta.UnsafeGuessKindToResource(schema.FromAPIVersionAndKind(apiVersion, kind))
	outside := []string{"Namespace", "ClusterRole", "ClusterRoleBinding", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"}
	return metav1.APIResource{Name: plural.Resource, Namespaced: !slices.Contains(outside, kind)}, nil
}

// lines writes rules for people: what, verbs, names.
func lines(rules []rbacv1.PolicyRule) []string {
	var text []string
	for _, r := range rules {
		line := strings.Join(r.Verbs, ",") + " " + strings.Join(append(slices.Clone(r.Resources), r.NonResourceURLs...), ",")
		if group := strings.Join(r.APIGroups, ","); group != "" {
			line += " of " + group
		}
		if len(r.ResourceNames) > 0 {
			line += " named " + strings.Join(r.ResourceNames, ",")
		}
		text = append(text, line)
	}
	return text
}

// what every stack's account reads, whatever the stack declares.
func asked() []string {
	return []string{"get namespaces named kube-system", "get configmaps named kubelet-config", "get,list nodes", "get,list ingressclasses of networking.k8s.io", "get,list storageclasses of storage.k8s.io"}
}

func followed() []string {
	return []string{
		"get,list,watch endpoints,events,persistentvolumeclaims,pods,services", "get pods/log",
		"create,get pods/portforward", "create,get,update leases of coordination.k8s.io",
		"get,list,watch replicasets of apps",
	}
}

func TestDerive(t *testing.T) {
	t.Parallel()
	const all, named = "create,get,patch,delete,list,watch ", "create,get,patch "
	namespace := []string{named + "namespaces named shop", "delete namespaces named shop", "list,watch namespaces"}
	for _, c := range []struct {
		name    string
		objects []string
		// everywhere and in are beside what every account may read.
		everywhere []string
		in         map[string][]string
	}{
		{
			name:    "all of a kind in the stack's own namespace, that namespace alone outside",
			objects: []string{shop, web, roll, key}, everywhere: namespace,
			in: map[string][]string{"shop": {all + "secrets,services", all + "deployments of apps"}},
		},
		{
			name:    "what runs on schedule is run before a migration, too",
			objects: []string{shop, nightly}, everywhere: namespace,
			in: map[string][]string{"shop": {all + "cronjobs of batch", "create,get jobs of batch"}},
		},
		{
			name:    "each right once, however many objects need it",
			objects: []string{shop, shop, web, web}, everywhere: namespace,
			in: map[string][]string{"shop": {all + "services"}},
		},
		{
			name:    "what is protected cannot be deleted",
			objects: []string{"protected " + shop, web}, everywhere: namespace[:1],
			in: map[string][]string{"shop": {all + "services"}},
		},
		{
			name:    "cluster-wide objects by their names",
			objects: []string{policy},
			everywhere: []string{
				named + "validatingadmissionpolicies of admissionregistration.k8s.io named shop-pods",
				"delete validatingadmissionpolicies of admissionregistration.k8s.io named shop-pods",
				"list,watch validatingadmissionpolicies of admissionregistration.k8s.io",
			},
		},
		{
			name:    "the rights that the stack's roles grant, instead of escalate, and bind for those roles alone",
			objects: []string{nodes, nodesTo},
			everywhere: []string{
				named + "clusterrolebindings of rbac.authorization.k8s.io named shop-watch",
				"delete clusterrolebindings of rbac.authorization.k8s.io named shop-watch",
				"list,watch clusterrolebindings of rbac.authorization.k8s.io",
				named + "clusterroles of rbac.authorization.k8s.io named shop-watch",
				"delete clusterroles of rbac.authorization.k8s.io named shop-watch",
				"list,watch clusterroles of rbac.authorization.k8s.io",
				"get nodes/metrics",
				"bind clusterroles of rbac.authorization.k8s.io named shop-watch",
			},
		},
		{
			name:    "one name in a namespace that is not the stack's own",
			objects: []string{system},
			in: map[string][]string{"kube-system": {
				named + "roles of rbac.authorization.k8s.io named shop-watch",
				"delete roles of rbac.authorization.k8s.io named shop-watch",
				"list,watch roles of rbac.authorization.k8s.io",
				"list pods",
				"bind roles of rbac.authorization.k8s.io named shop-watch",
			}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := rights.Derive(mustStack(t, c.objects...), served)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(append(c.everywhere, asked()...), lines(got.Everywhere)); diff != "" {
				t.Errorf("everywhere: -want +got:\n%s", diff)
			}
			in := map[string][]string{}
			for place, rules := range got.In {
				in[place] = lines(rules)
			}
			want := map[string][]string{}
			for place, rules := range c.in {
				if place == "shop" {
					rules = append(rules, followed()...)
				}
				want[place] = rules
			}
			if diff := cmp.Diff(want, in); diff != "" {
				t.Errorf("in namespaces: -want +got:\n%s", diff)
			}
		})
	}
}

func TestDeriveKeepsPodSecurity(t *testing.T) {
	t.Parallel()
	got, err := rights.Derive(mustStack(t, shop, web), served)
	if err != nil {
		t.Fatal(err)
	}
	want := []rights.Namespace{{Name: "shop", PodSecurity: map[string]string{"pod-security.kubernetes.io/enforce": "restricted"}}}
	if diff := cmp.Diff(want, got.Namespaces); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestDeriveRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, object, want string }{
		{"a generated name among somebody else's objects", elsewhere, "Service kube-system/web-1: outside the stack's own"},
		{"a Secret among somebody else's", stolen, "Secret kube-system/key: the Secrets of a namespace"},
		{"a role that is not the stack's", admin, "RoleBinding shop/all: it grants the ClusterRole admin"},
		{"a role that gathers others", gathers, "ClusterRole all: what it gathers"},
		{"no namespace", lost, "Service web: it says no namespace"},
		{"a kind that the cluster does not serve", `{apiVersion: v1, kind: Unknown, metadata: {name: x}}`, "serves no Unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := rights.Derive(mustStack(t, shop, c.object), served)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	_, err := rights.Derive(mustStack(t, stolen, admin), served)
	if err == nil || !strings.Contains(err.Error(), "kube-system/key") || !strings.Contains(err.Error(), "shop/all") {
		t.Errorf("got %v, want every problem at once", err)
	}
}
