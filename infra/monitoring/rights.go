package monitoring

import (
	"fmt"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// rule is a right, as RBAC writes it.
type rule struct {
	group     string
	resources []string
	verbs     []string
	urls      []string
}

func looking() []string { return []string{"get", "list", "watch"} }

// grantPrometheus lets Prometheus find pods where there are some to scrape, the API server's own addresses, and the
// nodes; and lets it read the metrics of all of them. It reads no other object.
func (p part) grantPrometheus(ctx *pulumi.Context, a Args) error {
	for _, name := range a.targets().namespaces() {
		find := rule{resources: []string{"pods"}, verbs: looking()}
		if err := p.grantIn(ctx, a.namespace(name), find); err != nil {
			return err
		}
	}
	// To follow an EndpointSlice Prometheus also follows its Service and its pods.
	api := []rule{
		{resources: []string{"pods", "services"}, verbs: looking()},
		{group: "discovery.k8s.io", resources: []string{"endpointslices"}, verbs: looking()},
	}
	if err := p.grantIn(ctx, a.namespace("default"), api...); err != nil {
		return err
	}
	return p.grantEverywhere(ctx,
		rule{resources: []string{"nodes"}, verbs: looking()},
		rule{resources: []string{"nodes/metrics"}, verbs: []string{"get"}},
		rule{urls: []string{"/metrics"}, verbs: []string{"get"}},
	)
}

// grantIn grants rights in one namespace. The name says whose they are: several stacks may watch the same namespace.
func (p part) grantIn(ctx *pulumi.Context, namespace Namespace, rules ...rule) error {
	child := pulumi.Parent(p.of)
	logical := p.app.Name + "-in-" + namespace.Name
	meta := &metav1.ObjectMetaArgs{
		Name: pulumi.String(p.in.Name + "-" + p.app.Name), Namespace: namespace.Ready.ToStringOutput(),
		Labels: p.app.Labels(),
	}
	role, err := rbacv1.NewRole(ctx, logical, &rbacv1.RoleArgs{Metadata: meta, Rules: policyRules(rules)}, child)
	if err != nil {
		return fmt.Errorf("rights in %s: %w", namespace.Name, err)
	}
	_, err = rbacv1.NewRoleBinding(ctx, logical, &rbacv1.RoleBindingArgs{
		Metadata: meta, RoleRef: reference("Role", role.Metadata.Name().Elem()), Subjects: p.subject(),
	}, child)
	if err != nil {
		return fmt.Errorf("rights in %s: %w", namespace.Name, err)
	}
	return nil
}

// grantEverywhere grants rights to what is in no namespace.
func (p part) grantEverywhere(ctx *pulumi.Context, rules ...rule) error {
	child := pulumi.Parent(p.of)
	meta := &metav1.ObjectMetaArgs{Name: pulumi.String(p.in.Name + "-" + p.app.Name), Labels: p.app.Labels()}
	role, err := rbacv1.NewClusterRole(ctx, p.app.Name, &rbacv1.ClusterRoleArgs{Metadata: meta, Rules: policyRules(rules)}, child)
	if err != nil {
		return fmt.Errorf("rights: %w", err)
	}
	_, err = rbacv1.NewClusterRoleBinding(ctx, p.app.Name, &rbacv1.ClusterRoleBindingArgs{
		Metadata: meta, RoleRef: reference("ClusterRole", role.Metadata.Name().Elem()), Subjects: p.subject(),
	}, child)
	if err != nil {
		return fmt.Errorf("rights: %w", err)
	}
	return nil
}

func policyRules(rules []rule) rbacv1.PolicyRuleArray {
	var list rbacv1.PolicyRuleArray
	for _, r := range rules {
		if r.urls != nil {
			list = append(list, &rbacv1.PolicyRuleArgs{
				NonResourceURLs: pulumi.ToStringArray(r.urls), Verbs: pulumi.ToStringArray(r.verbs),
			})
			continue
		}
		list = append(list, &rbacv1.PolicyRuleArgs{
			ApiGroups: pulumi.ToStringArray([]string{r.group}),
			Resources: pulumi.ToStringArray(r.resources),
			Verbs:     pulumi.ToStringArray(r.verbs),
		})
	}
	return list
}

func reference(kind string, name pulumi.StringOutput) *rbacv1.RoleRefArgs {
	return &rbacv1.RoleRefArgs{
		ApiGroup: pulumi.String("rbac.authorization.k8s.io"), Kind: pulumi.String(kind), Name: name,
	}
}

func (p part) subject() rbacv1.SubjectArray {
	return rbacv1.SubjectArray{&rbacv1.SubjectArgs{
		Kind: pulumi.String("ServiceAccount"), Name: p.account, Namespace: p.in.Ready.ToStringOutput(),
	}}
}
