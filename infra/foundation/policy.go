package foundation

import (
	"fmt"
	"strings"

	admissionv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/admissionregistration/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func admissionPolicy(a Args, p policy) *admissionv1.ValidatingAdmissionPolicyArgs {
	var variables admissionv1.VariableArray
	for _, v := range p.variables {
		variables = append(variables, &admissionv1.VariableArgs{
			Name: pulumi.String(v[0]), Expression: pulumi.String(v[1]),
		})
	}
	var validations admissionv1.ValidationArray
	for _, r := range p.rules {
		validations = append(validations, &admissionv1.ValidationArgs{
			Expression: pulumi.String(r.expression), Message: pulumi.String(r.message),
		})
	}
	return &admissionv1.ValidatingAdmissionPolicyArgs{
		Metadata: clusterMeta(a, p.name),
		Spec: &admissionv1.ValidatingAdmissionPolicySpecArgs{
			FailurePolicy:    pulumi.String("Fail"),
			MatchConstraints: matching(&admissionv1.MatchResourcesArgs{ResourceRules: ruleFor(p)}),
			MatchConditions: admissionv1.MatchConditionArray{&admissionv1.MatchConditionArgs{
				Name:       pulumi.String("changes"),
				Expression: pulumi.String(fmt.Sprintf("oldObject == null || object.%[1]s != oldObject.%[1]s", p.judged)),
			}},
			Variables:   variables,
			Validations: validations,
		},
	}
}

func ruleFor(p policy) admissionv1.NamedRuleWithOperationsArray {
	return admissionv1.NamedRuleWithOperationsArray{&admissionv1.NamedRuleWithOperationsArgs{
		ApiGroups:   pulumi.ToStringArray([]string{p.group}),
		ApiVersions: pulumi.ToStringArray([]string{"v1"}),
		Resources:   pulumi.ToStringArray(strings.Split(p.resources, ",")),
		Operations:  pulumi.ToStringArray([]string{"CREATE", "UPDATE"}),
		Scope:       pulumi.String("*"),
	}}
}

// matching writes down what the API server would fill in. It holds the whole of this part to be one value: an update that
// was cut off after it had made the object could not take it up again, for what it asks for would differ from what is there.
func matching(m *admissionv1.MatchResourcesArgs) *admissionv1.MatchResourcesArgs {
	m.MatchPolicy = pulumi.String("Equivalent")
	m.ObjectSelector = &metav1.LabelSelectorArgs{}
	if m.NamespaceSelector == nil {
		m.NamespaceSelector = &metav1.LabelSelectorArgs{}
	}
	return m
}

// binding holds the policy against the stack's namespace, and against no other.
func binding(a Args, p policy, name, namespace pulumi.StringOutput) *admissionv1.ValidatingAdmissionPolicyBindingArgs {
	return &admissionv1.ValidatingAdmissionPolicyBindingArgs{
		Metadata: clusterMeta(a, p.name),
		Spec: &admissionv1.ValidatingAdmissionPolicyBindingSpecArgs{
			PolicyName:        name,
			ValidationActions: pulumi.ToStringArray([]string{"Deny"}),
			MatchResources: matching(&admissionv1.MatchResourcesArgs{
				NamespaceSelector: &metav1.LabelSelectorArgs{
					MatchLabels: pulumi.StringMap{"kubernetes.io/metadata.name": namespace},
				},
			}),
		},
	}
}

// clusterMeta names an object that lives outside namespaces after the namespace that it is for.
func clusterMeta(a Args, name string) *metav1.ObjectMetaArgs {
	return &metav1.ObjectMetaArgs{Name: pulumi.String(policyName(a.Namespace, name)), Labels: a.Labels}
}

func policyName(namespace, name string) string { return namespace + "-" + name }
