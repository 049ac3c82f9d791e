package account

import (
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/techcommerce/platform/infra/cmd/deployer/internal/rights"
)

// unchanged is CEL that is true while the labels about Pod Security are as they were.
const unchanged = "[[variables.now, variables.before], [variables.before, variables.now]].all(pair, " +
	"pair[0].all(key, !key.startsWith('" + rights.PodSecurity + "') || (key in pair[1] && pair[0][key] == pair[1][key])))"

// guard keeps the account from letting pods of its namespaces do more than the stack declared when an administrator
// looked: a stack's Namespace is its own to change, and with a privileged pod the whole node would be, too.
func (a Account) guard() []any {
	fail := admissionv1.Fail
	return []any{
		&admissionv1.ValidatingAdmissionPolicy{
			TypeMeta:   admission("ValidatingAdmissionPolicy"),
			ObjectMeta: a.meta(a.name(), ""),
			Spec: admissionv1.ValidatingAdmissionPolicySpec{
				FailurePolicy:    &fail,
				MatchConstraints: &admissionv1.MatchResources{ResourceRules: namespaceUpdates()},
				MatchConditions: []admissionv1.MatchCondition{
					{Name: "deployer", Expression: "request.userInfo.username == '" + a.user() + "'"},
				},
				Variables: []admissionv1.Variable{
					{Name: "now", Expression: "object.metadata.?labels.orValue({})"},
					{Name: "before", Expression: "oldObject.metadata.?labels.orValue({})"},
				},
				Validations: []admissionv1.Validation{{
					Expression: unchanged,
					Message:    "what pods may do here is for an administrator to change: make deployer STACK=" + a.stack,
				}},
			},
		},
		&admissionv1.ValidatingAdmissionPolicyBinding{
			TypeMeta:   admission("ValidatingAdmissionPolicyBinding"),
			ObjectMeta: a.meta(a.name(), ""),
			Spec: admissionv1.ValidatingAdmissionPolicyBindingSpec{
				PolicyName:        a.name(),
				ValidationActions: []admissionv1.ValidationAction{admissionv1.Deny},
			},
		},
	}
}

func admission(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: admissionv1.SchemeGroupVersion.String(), Kind: kind}
}

func namespaceUpdates() []admissionv1.NamedRuleWithOperations {
	return []admissionv1.NamedRuleWithOperations{{RuleWithOperations: admissionv1.RuleWithOperations{
		Operations: []admissionv1.OperationType{admissionv1.Update},
		Rule: admissionv1.Rule{
			APIGroups: []string{corev1.GroupName}, APIVersions: []string{"v1"}, Resources: []string{"namespaces"},
		},
	}}}
}
