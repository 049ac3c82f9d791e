package monitoring

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/cilium"
	"github.com/techcommerce/platform/infra/internal/kube"
)

// portHTTP is what every part calls the port on which it serves, metrics and all.
const portHTTP = "http"

// part is one program of the monitoring, and what its objects have in common. What is declared for it are its own methods
// and not Monitoring's: whoever uses a type compiles what its methods mention, which for Kubernetes' types takes seconds.
type part struct {
	Program
	// of is what it belongs to.
	of   *Monitoring
	app  kube.App
	in   Namespace
	uid  int
	port int
	// morePorts are those of further containers.
	morePorts []int
	// live and ready are the paths that tell its health.
	live, ready string
	// rights says that it asks the API server, for which it gets a token.
	rights bool
	// callers may connect to it, callees are who it connects to.
	callers []kube.Peer
	callees []callee
	// startLimit is how many seconds it may take to start.
	startLimit int
	// control is where the API server is, for a part that asks it; kubelets says that it asks those of every node, too.
	control  *Cluster
	kubelets bool
	// account is its identity, once that is declared.
	account pulumi.StringOutput
}

// callee is the other end of outgoing connections.
type callee struct {
	peers []kube.Peer
	ports []int
}

func newPart(m *Monitoring, a Args, name string, program Program) part {
	return part{
		Program: program, of: m, in: a.Namespace, uid: a.UID, startLimit: a.StartLimit,
		app: kube.App{Name: name, Tier: "monitoring", Environment: a.Environment, Version: program.Version},
	}
}

// prepare declares what comes before a part's pods: its identity and its network edges.
func (p *part) prepare(ctx *pulumi.Context) error {
	child := pulumi.Parent(p.of)
	account, err := corev1.NewServiceAccount(ctx, p.app.Name, &corev1.ServiceAccountArgs{
		Metadata: p.meta(p.app.Name), AutomountServiceAccountToken: pulumi.Bool(false),
	}, child)
	if err != nil {
		return fmt.Errorf("service account: %w", err)
	}
	p.account = account.Metadata.Name().Elem()
	if _, err := networkingv1.NewNetworkPolicy(ctx, p.app.Name, p.policy(), child); err != nil {
		return fmt.Errorf("network policy: %w", err)
	}
	if p.control != nil && p.control.Cilium {
		if err := cilium.New(ctx, p.app.Name+"-control-plane", p.entities(), child); err != nil {
			return fmt.Errorf("network policy of the control plane: %w", err)
		}
	}
	return nil
}

// open declares the part's Service and, where it has one, the node port, which is open to every address: behind it the
// caller's own is often lost.
func (p part) open(ctx *pulumi.Context, nodePort int, nodeHost string) error {
	child := pulumi.Parent(p.of)
	if _, err := corev1.NewService(ctx, p.app.Name, p.service(nodePort), child); err != nil {
		return fmt.Errorf("service: %w", err)
	}
	if nodePort == 0 {
		return nil
	}
	if nodeHost != "" {
		p.of.URLs[p.app.Name] = fmt.Sprintf("http://%s:%d", nodeHost, nodePort)
	}
	policy := &networkingv1.NetworkPolicyArgs{
		Metadata: p.meta(p.app.Name + "-nodes"),
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{MatchLabels: p.app.Selector()},
			PolicyTypes: pulumi.StringArray{pulumi.String("Ingress")},
			Ingress: networkingv1.NetworkPolicyIngressRuleArray{
				&networkingv1.NetworkPolicyIngressRuleArgs{Ports: kube.TCP(p.port)},
			},
		},
	}
	if _, err := networkingv1.NewNetworkPolicy(ctx, p.app.Name+"-nodes", policy, child); err != nil {
		return fmt.Errorf("network policy: %w", err)
	}
	return nil
}

// budget lets a node be drained: there is one of each part, and a budget that never allowed it to move would block the
// drain, not save the part.
func (p part) budget(ctx *pulumi.Context) error {
	_, err := policyv1.NewPodDisruptionBudget(ctx, p.app.Name, &policyv1.PodDisruptionBudgetArgs{
		Metadata: p.meta(p.app.Name), Spec: kube.OneByOne(p.app.Selector()),
	}, pulumi.Parent(p.of))
	if err != nil {
		return fmt.Errorf("disruption budget: %w", err)
	}
	return nil
}

// policy names both directions, and so forbids what it does not name.
func (p part) policy() *networkingv1.NetworkPolicyArgs {
	ingress := networkingv1.NetworkPolicyIngressRuleArray{}
	if len(p.callers) > 0 {
		ingress = append(ingress, &networkingv1.NetworkPolicyIngressRuleArgs{
			From: kube.Peers(p.callers...), Ports: kube.TCP(append([]int{p.port}, p.morePorts...)...),
		})
	}
	egress := networkingv1.NetworkPolicyEgressRuleArray{}
	for _, to := range p.callees {
		egress = append(egress, &networkingv1.NetworkPolicyEgressRuleArgs{
			To: kube.Peers(to.peers...), Ports: kube.TCP(to.ports...),
		})
	}
	if p.control != nil && !p.control.Cilium {
		// Without networks this names no peer, which means every address: a range would not do, because there are engines
		// that match no node and no pod by its address, not even by 0.0.0.0/0.
		egress = append(egress, &networkingv1.NetworkPolicyEgressRuleArgs{
			To: kube.Peers(kube.Networks(p.control.Networks)...), Ports: kube.TCP(p.controlPorts()...),
		})
	}
	return &networkingv1.NetworkPolicyArgs{
		Metadata: p.meta(p.app.Name),
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{MatchLabels: p.app.Selector()},
			PolicyTypes: pulumi.StringArray{pulumi.String("Ingress"), pulumi.String("Egress")},
			Ingress:     ingress,
			Egress:      egress,
		},
	}
}

// controlPorts are the API server's, and the kubelets' for a part that asks them.
func (p part) controlPorts() []int {
	if p.kubelets {
		return append(kube.APIServerPorts(), kube.KubeletPort)
	}
	return kube.APIServerPorts()
}

// entities lets the part reach API server and kubelets by what they are.
func (p part) entities() cilium.Policy {
	to := []cilium.Rule{{Entities: cilium.APIServer(), TCP: kube.APIServerPorts()}}
	if p.kubelets {
		to = append(to, cilium.Rule{Entities: cilium.Nodes(), TCP: []int{kube.KubeletPort}})
	}
	return cilium.Policy{
		Name: p.app.Name + "-control-plane", Namespace: p.in.Ready, Labels: p.app.Labels(), Pods: p.app.Selector(), To: to,
	}
}

// host is the part's name in DNS.
func (p part) host() string { return p.app.Name + "-service" }

func (p part) service(nodePort int) *corev1.ServiceArgs {
	port := &corev1.ServicePortArgs{
		Name: pulumi.String(portHTTP), Port: pulumi.Int(p.port), TargetPort: pulumi.String(portHTTP),
	}
	spec := &corev1.ServiceSpecArgs{
		Type: pulumi.String("ClusterIP"), Selector: p.app.Selector(), Ports: corev1.ServicePortArray{port},
	}
	if nodePort != 0 {
		spec.Type = pulumi.String("NodePort")
		port.NodePort = pulumi.Int(nodePort)
	}
	return &corev1.ServiceArgs{Metadata: p.meta(p.host()), Spec: spec}
}

func (p part) meta(name string) *metav1.ObjectMetaArgs {
	return &metav1.ObjectMetaArgs{
		Name: pulumi.String(name), Namespace: p.in.Ready.ToStringOutput(), Labels: p.app.Labels(),
	}
}
