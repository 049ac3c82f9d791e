package workload

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// networkPolicy allows the service's own edges, and by naming both directions forbids all others. A service without
// callers gets an empty list, which in a policy means nobody.
func networkPolicy(a Args) *networkingv1.NetworkPolicyArgs {
	ingress := networkingv1.NetworkPolicyIngressRuleArray{}
	if len(a.Callers) > 0 {
		ingress = append(ingress, &networkingv1.NetworkPolicyIngressRuleArgs{
			From: kube.Peers(a.Callers...), Ports: kube.TCP(a.Port),
		})
	}
	if len(a.Scrapers) > 0 {
		ingress = append(ingress, &networkingv1.NetworkPolicyIngressRuleArgs{
			From: kube.Peers(a.Scrapers...), Ports: kube.TCP(a.InternalPort),
		})
	}
	egress := networkingv1.NetworkPolicyEgressRuleArray{}
	for _, callee := range a.Callees {
		rule := &networkingv1.NetworkPolicyEgressRuleArgs{To: kube.Peers(callee.Peer)}
		if callee.Port != 0 {
			rule.Ports = kube.TCP(callee.Port)
		}
		egress = append(egress, rule)
	}
	return &networkingv1.NetworkPolicyArgs{
		Metadata: meta(a, a.App.Name),
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{MatchLabels: a.App.Selector()},
			PolicyTypes: pulumi.StringArray{pulumi.String("Ingress"), pulumi.String("Egress")},
			Ingress:     ingress,
			Egress:      egress,
		},
	}
}
