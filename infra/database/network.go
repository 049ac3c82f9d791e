package database

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// httpsPort is where a bucket's store listens.
const httpsPort = 443

// serverPolicy lets in the services that keep data and the jobs, and lets nothing out.
func serverPolicy(s server) *networkingv1.NetworkPolicyArgs {
	var clients []kube.Peer
	for _, app := range s.Apps {
		clients = append(clients, kube.Peer{Pods: app.Selector()})
	}
	if s.Postgres.Backup != nil {
		jobs := kube.App{Name: BackupName(s.app.Name)}
		clients = append(clients, kube.Peer{Pods: jobs.Selector()})
	}
	if s.Postgres.Metrics != nil {
		clients = append(clients, kube.Peer{Pods: kube.App{Name: Exporter}.Selector()})
	}
	return &networkingv1.NetworkPolicyArgs{
		Metadata: s.meta(s.app.Name),
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{MatchLabels: s.app.Selector()},
			PolicyTypes: pulumi.StringArray{pulumi.String("Ingress"), pulumi.String("Egress")},
			Ingress: networkingv1.NetworkPolicyIngressRuleArray{
				&networkingv1.NetworkPolicyIngressRuleArgs{From: kube.Peers(clients...), Ports: kube.TCP(port)},
			},
			Egress: networkingv1.NetworkPolicyEgressRuleArray{},
		},
	}
}

// backupPolicy lets the jobs reach the server, and the bucket where there is one.
func backupPolicy(s server, target kube.App) *networkingv1.NetworkPolicyArgs {
	egress := networkingv1.NetworkPolicyEgressRuleArray{
		&networkingv1.NetworkPolicyEgressRuleArgs{
			To: kube.Peers(kube.Peer{Pods: target.Selector()}), Ports: kube.TCP(port),
		},
	}
	if b := s.Postgres.Backup.Bucket; b != nil {
		var stores []kube.Peer
		for _, network := range b.Networks {
			stores = append(stores, kube.Peer{CIDR: network})
		}
		egress = append(egress, &networkingv1.NetworkPolicyEgressRuleArgs{
			To: kube.Peers(stores...), Ports: kube.TCP(httpsPort),
		})
	}
	return &networkingv1.NetworkPolicyArgs{
		Metadata: s.meta(s.app.Name),
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{MatchLabels: s.app.Selector()},
			PolicyTypes: pulumi.StringArray{pulumi.String("Ingress"), pulumi.String("Egress")},
			Ingress:     networkingv1.NetworkPolicyIngressRuleArray{},
			Egress:      egress,
		},
	}
}
