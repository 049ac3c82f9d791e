package foundation

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// denyAll forbids every connection to and from every pod; what is needed is allowed by whoever needs it.
func denyAll(a Args, namespace pulumi.StringInput) *networkingv1.NetworkPolicyArgs {
	return &networkingv1.NetworkPolicyArgs{
		Metadata: meta(a, "default-deny", namespace),
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{},
			PolicyTypes: pulumi.StringArray{pulumi.String("Ingress"), pulumi.String("Egress")},
		},
	}
}

// allowDNS lets every pod resolve names: without that no other edge can be used.
func allowDNS(a Args, namespace pulumi.StringInput) *networkingv1.NetworkPolicyArgs {
	peers := []kube.Peer{{Namespace: "kube-system"}}
	for _, cidr := range a.DNS {
		peers = append(peers, kube.Peer{CIDR: cidr})
	}
	return &networkingv1.NetworkPolicyArgs{
		Metadata: meta(a, "allow-dns", namespace),
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{},
			PolicyTypes: pulumi.StringArray{pulumi.String("Egress")},
			Egress: networkingv1.NetworkPolicyEgressRuleArray{&networkingv1.NetworkPolicyEgressRuleArgs{
				To: kube.Peers(peers...),
				Ports: networkingv1.NetworkPolicyPortArray{
					&networkingv1.NetworkPolicyPortArgs{Protocol: pulumi.String("UDP"), Port: pulumi.Int(53)},
					&networkingv1.NetworkPolicyPortArgs{Protocol: pulumi.String("TCP"), Port: pulumi.Int(53)},
				},
			}},
		},
	}
}

func meta(a Args, name string, namespace pulumi.StringInput) *metav1.ObjectMetaArgs {
	return &metav1.ObjectMetaArgs{
		Name: pulumi.String(name), Namespace: namespace.ToStringOutput(), Labels: a.Labels,
	}
}
