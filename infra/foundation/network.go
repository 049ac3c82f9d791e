package foundation

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/cilium"
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

// dnsPort is every resolver's, as pods see it.
const dnsPort = 53

// allowDNS lets every pod resolve names: without that no other edge can be used. Names are resolved by pods, or by a cache
// on the node that answers at an address of its own or at that of the Service.
func allowDNS(a Args, namespace pulumi.StringInput) *networkingv1.NetworkPolicyArgs {
	var pods []kube.Peer
	for _, name := range kube.ResolverNamespaces() {
		pods = append(pods, kube.Peer{Namespace: name})
	}
	rules := networkingv1.NetworkPolicyEgressRuleArray{&networkingv1.NetworkPolicyEgressRuleArgs{
		To: kube.Peers(pods...), Ports: kube.DNS(kube.ResolverPorts()...),
	}}
	if len(a.DNS) > 0 {
		rules = append(rules, &networkingv1.NetworkPolicyEgressRuleArgs{
			To: kube.Peers(kube.Networks(a.DNS)...), Ports: kube.DNS(dnsPort),
		})
	}
	return &networkingv1.NetworkPolicyArgs{
		Metadata: meta(a, "allow-dns", namespace),
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{},
			PolicyTypes: pulumi.StringArray{pulumi.String("Egress")},
			Egress:      rules,
		},
	}
}

// allowNodeDNS lets every pod ask a cache on a node, which Cilium knows by no address.
func allowNodeDNS(a Args, namespace pulumi.StringInput) cilium.Policy {
	return cilium.Policy{
		Name: "allow-dns-of-nodes", Namespace: namespace, Labels: a.Labels,
		To: []cilium.Rule{{Entities: cilium.Nodes(), UDP: []int{dnsPort}, TCP: []int{dnsPort}}},
	}
}

func meta(a Args, name string, namespace pulumi.StringInput) *metav1.ObjectMetaArgs {
	return &metav1.ObjectMetaArgs{
		Name: pulumi.String(name), Namespace: namespace.ToStringOutput(), Labels: a.Labels,
	}
}
