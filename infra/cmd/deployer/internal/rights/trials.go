package rights

import (
	"slices"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	rbacv1 "k8s.io/api/rbac/v1"
)

// Trials are the rights of an account whose writes are all trials, which admission sees to. Admission spares admission
// policies, and one of those could forbid everything to everybody: the account may not write them even as a trial. Nor need
// it enter pods or hold leases.
func (r Rights) Trials() Rights {
	tried := Rights{Namespaces: r.Namespaces, In: map[string][]rbacv1.PolicyRule{}, Everywhere: trials(r.Everywhere)}
	for place, rules := range r.In {
		tried.In[place] = trials(rules)
	}
	return tried
}

func trials(rules []rbacv1.PolicyRule) []rbacv1.PolicyRule {
	var kept []rbacv1.PolicyRule
	for _, rule := range rules {
		if slices.Contains(rule.Resources, "pods/portforward") || slices.Contains(rule.Resources, "leases") {
			continue
		}
		if slices.Contains(rule.APIGroups, admissionv1.GroupName) {
			rule.Verbs = slices.DeleteFunc(slices.Clone(rule.Verbs), func(verb string) bool {
				return verb == "patch" || verb == "update" || verb == "delete"
			})
		}
		if len(rule.Verbs) > 0 {
			kept = append(kept, rule)
		}
	}
	return kept
}
