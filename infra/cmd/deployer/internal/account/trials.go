package account

import (
	admissionv1 "k8s.io/api/admissionregistration/v1"
)

// onlyTrials has the API server refuse every write of the account that is not a trial (dry run). RBAC cannot tell a trial from
// the real thing, and a preview asks the API server to try each change. Kubernetes spares its own admission policies from
// admission, so the account has no right to write those at all.
func (a Account) onlyTrials() []any {
	fail := admissionv1.Fail
	name := a.name() + "-trials"
	return []any{
		&admissionv1.ValidatingAdmissionPolicy{
			TypeMeta:   admission("ValidatingAdmissionPolicy"),
			ObjectMeta: a.meta(name, ""),
			Spec: admissionv1.ValidatingAdmissionPolicySpec{
				FailurePolicy:    &fail,
				MatchConstraints: &admissionv1.MatchResources{ResourceRules: everyWrite()},
				MatchConditions: []admissionv1.MatchCondition{
					{Name: "preview", Expression: "request.userInfo.username == '" + a.user() + "'"},
				},
				Validations: []admissionv1.Validation{{
					Expression: "request.?dryRun.orValue(false)",
					Message:    "this account only previews " + a.stack + ": every write must be a dry run",
				}},
			},
		},
		&admissionv1.ValidatingAdmissionPolicyBinding{
			TypeMeta:   admission("ValidatingAdmissionPolicyBinding"),
			ObjectMeta: a.meta(name, ""),
			Spec: admissionv1.ValidatingAdmissionPolicyBindingSpec{
				PolicyName: name, ValidationActions: []admissionv1.ValidationAction{admissionv1.Deny},
			},
		},
	}
}

// everyWrite is every way to change something, or to enter a pod.
func everyWrite() []admissionv1.NamedRuleWithOperations {
	all := []string{"*"}
	return []admissionv1.NamedRuleWithOperations{{RuleWithOperations: admissionv1.RuleWithOperations{
		Operations: []admissionv1.OperationType{
			admissionv1.Create, admissionv1.Update, admissionv1.Delete, admissionv1.Connect,
		},
		Rule: admissionv1.Rule{APIGroups: all, APIVersions: all, Resources: []string{"*/*"}},
	}}}
}
