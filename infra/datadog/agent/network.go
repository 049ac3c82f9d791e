package agent

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// The pods of the chart, by the label that it gives them.
const (
	podLabel     = "app"
	nodeAgent    = Chart
	clusterAgent = Chart + "-cluster-agent"
)

// policies denies everything in the namespace, and allows what the chart's own policies forget: names over TCP and from
// resolvers behind other ports, and API servers that listen elsewhere than on 443 and 6443.
func (a *Agent) policies(ctx *pulumi.Context, name string, args Args, in pulumi.StringOutput) error {
	child := pulumi.Parent(a)
	deny := &networkingv1.NetworkPolicySpecArgs{
		PodSelector: &metav1.LabelSelectorArgs{},
		PolicyTypes: pulumi.StringArray{pulumi.String("Ingress"), pulumi.String("Egress")},
	}
	if _, err := networkingv1.NewNetworkPolicy(ctx, name+"-deny", policy(args, in, "default-deny", deny), child); err != nil {
		return err
	}
	extra := &networkingv1.NetworkPolicySpecArgs{
		PodSelector: &metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{podLabel: pulumi.String(clusterAgent)}},
		PolicyTypes: pulumi.StringArray{pulumi.String("Egress")},
		Egress: networkingv1.NetworkPolicyEgressRuleArray{
			&networkingv1.NetworkPolicyEgressRuleArgs{Ports: kube.DNS(kube.ResolverPorts()...)},
			&networkingv1.NetworkPolicyEgressRuleArgs{Ports: kube.TCP(kube.APIServerPorts()...)},
		},
	}
	_, err := networkingv1.NewNetworkPolicy(ctx, name+"-cluster-agent", policy(args, in, clusterAgent+"-extra", extra), child)
	return err
}

func policy(a Args, in pulumi.StringOutput, name string, spec *networkingv1.NetworkPolicySpecArgs) *networkingv1.NetworkPolicyArgs {
	return &networkingv1.NetworkPolicyArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: in, Labels: a.Labels},
		Spec:     spec,
	}
}

// Pods are the agents on the nodes, as policies of other namespaces see them.
func Pods(namespace string) kube.Peer {
	return kube.Peer{Namespace: namespace, Pods: pulumi.StringMap{podLabel: pulumi.String(nodeAgent)}}
}
