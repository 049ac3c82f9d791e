package wiring

import (
	"slices"

	rbacv1 "k8s.io/api/rbac/v1"
)

// subject reports whether a binding means the pod's account.
func (p pod) subject(subjects []rbacv1.Subject) bool {
	return slices.ContainsFunc(subjects, func(s rbacv1.Subject) bool {
		return s.Kind == "ServiceAccount" && s.Name == p.template.Spec.ServiceAccountName && s.Namespace == p.namespace
	})
}

// hasRights reports whether any binding means the pod's account.
func (c *checker) hasRights(p pod) bool {
	for _, b := range c.Bindings {
		if p.subject(b.Subjects) {
			return true
		}
	}
	for _, b := range c.Everywhere {
		if p.subject(b.Subjects) {
			return true
		}
	}
	return false
}

// rights demands that a binding gives a role that is there to an account that runs, and that no role changes anything or
// reads secrets.
func (c *checker) rights() {
	for _, b := range c.Bindings {
		where := "RoleBinding " + b.Namespace + "/" + b.Name
		role := find(c.Roles, b.RoleRef.Name, func(r *rbacv1.Role) string {
			if r.Namespace != b.Namespace {
				return ""
			}
			return r.Name
		})
		if role == nil {
			c.fail(where, "there is no Role %s", b.RoleRef.Name)
		}
		c.bound(where, b.Subjects)
	}
	for _, b := range c.Everywhere {
		where := "ClusterRoleBinding " + b.Name
		if find(c.ClusterRoles, b.RoleRef.Name, func(r *rbacv1.ClusterRole) string { return r.Name }) == nil {
			c.fail(where, "there is no ClusterRole %s", b.RoleRef.Name)
		}
		c.bound(where, b.Subjects)
	}
	for _, r := range c.Roles {
		c.harmless("Role "+r.Namespace+"/"+r.Name, r.Rules)
	}
	for _, r := range c.ClusterRoles {
		c.harmless("ClusterRole "+r.Name, r.Rules)
	}
}

func (c *checker) bound(where string, subjects []rbacv1.Subject) {
	for _, p := range c.pods() {
		if p.subject(subjects) {
			return
		}
	}
	c.fail(where, "gives rights to an account that no pod has")
}

// harmless demands that rights are to look, never to change, and never at secrets or through the nodes' proxy.
func (c *checker) harmless(where string, rules []rbacv1.PolicyRule) {
	for _, rule := range rules {
		for _, verb := range rule.Verbs {
			if !slices.Contains([]string{"get", "list", "watch"}, verb) {
				c.fail(where, "may %s %v", verb, rule.Resources)
			}
		}
		for _, resource := range rule.Resources {
			if slices.Contains([]string{"*", "secrets", "nodes/proxy", "pods/exec"}, resource) {
				c.fail(where, "may look at %s", resource)
			}
		}
	}
}

// allows reports whether the pod's account may do what the question asks: in a namespace, or everywhere if that is "".
func (c *checker) allows(p pod, namespace, group, resource, verb string) bool {
	granted := func(rules []rbacv1.PolicyRule) bool {
		return slices.ContainsFunc(rules, func(r rbacv1.PolicyRule) bool {
			return slices.Contains(r.APIGroups, group) && slices.Contains(r.Resources, resource) && slices.Contains(r.Verbs, verb)
		})
	}
	for _, b := range c.Everywhere {
		role := find(c.ClusterRoles, b.RoleRef.Name, func(r *rbacv1.ClusterRole) string { return r.Name })
		if role != nil && p.subject(b.Subjects) && granted(role.Rules) {
			return true
		}
	}
	for _, b := range c.Bindings {
		if b.Namespace != namespace || !p.subject(b.Subjects) {
			continue
		}
		for _, role := range c.Roles {
			if role.Namespace == namespace && role.Name == b.RoleRef.Name && granted(role.Rules) {
				return true
			}
		}
	}
	return false
}
