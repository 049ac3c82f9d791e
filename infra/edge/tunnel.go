package edge

import (
	"encoding/base64"
	"fmt"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// Tunnel is an ngrok agent: one session with one configuration, whatever it opens.
type Tunnel struct {
	// App names the agent.
	App kube.App
	// Image has the agent, a shell and wget.
	Image string
	// UID is the user that it runs as.
	UID int
	// CPU and Memory are what it asks for, and the most that it gets.
	CPU, Memory kube.Range
	// Targets are the services that are opened.
	Targets []Target
	// Authtoken is the account's.
	Authtoken kube.SecretKey
	// Guard says who may come in.
	Guard Guard
}

// Target is a service behind the tunnel.
type Target struct {
	// App names the service.
	App kube.App
	// Host is its Service, Port its public port.
	Host string
	Port int
	// URL is a reserved address; empty lets ngrok choose.
	URL string
}

// Guard says who may come in through the tunnel. The zero value lets in everybody.
type Guard struct {
	// BasicAuth is user:password, a secret.
	BasicAuth string
	// OAuth asks an identity provider; nil does not.
	OAuth *OAuth
}

// OAuth lets in people whom an identity provider knows, by address or by their address's domain.
type OAuth struct {
	Provider        string
	Emails, Domains []string
}

// dig declares the agent, its configuration and both ends of its connections.
func (e *Edge) dig(ctx *pulumi.Context, name string, args Args) error {
	t, child := *args.Tunnel, pulumi.Parent(e)
	config, err := tunnelConfig(t)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	secret, err := corev1.NewSecret(ctx, name+"-tunnel", tunnelSecret(args, config), child)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	account, err := corev1.NewServiceAccount(ctx, name+"-tunnel", &corev1.ServiceAccountArgs{
		Metadata: tunnelMeta(args), AutomountServiceAccountToken: pulumi.Bool(false),
	}, child)
	if err != nil {
		return fmt.Errorf("account: %w", err)
	}
	pod := tunnelPod(t, account.Metadata.Name().Elem(), secret.Metadata.Name().Elem())
	if _, err := appsv1.NewDeployment(ctx, name+"-tunnel", agent(args, pod), child); err != nil {
		return fmt.Errorf("deployment: %w", err)
	}
	budget := &policyv1.PodDisruptionBudgetArgs{Metadata: tunnelMeta(args), Spec: kube.OneByOne(t.App.Selector())}
	if _, err := policyv1.NewPodDisruptionBudget(ctx, name+"-tunnel", budget, child); err != nil {
		return fmt.Errorf("disruption budget: %w", err)
	}
	if _, err := networkingv1.NewNetworkPolicy(ctx, name+"-tunnel", outwards(args), child); err != nil {
		return fmt.Errorf("network policy: %w", err)
	}
	for _, target := range t.Targets {
		policy := fromTunnel(args, target)
		if _, err := networkingv1.NewNetworkPolicy(ctx, name+"-tunnel-"+target.App.Name, policy, child); err != nil {
			return fmt.Errorf("network policy of %s: %w", target.App.Name, err)
		}
		if target.URL != "" {
			e.URLs = append(e.URLs, target.URL)
		}
	}
	return nil
}

// tunnelSecret holds the configuration, passwords among it. Its name is generated, so that a change rolls the agent.
func tunnelSecret(a Args, config []byte) *corev1.SecretArgs {
	return &corev1.SecretArgs{
		Metadata:  &metav1.ObjectMetaArgs{Namespace: a.Namespace.ToStringOutput(), Labels: a.Tunnel.App.Labels()},
		Immutable: pulumi.Bool(true),
		Data: pulumi.ToSecret(pulumi.StringMap{
			configFile: pulumi.String(base64.StdEncoding.EncodeToString(config)),
		}).(pulumi.StringMapOutput),
	}
}

func tunnelMeta(a Args) *metav1.ObjectMetaArgs {
	return &metav1.ObjectMetaArgs{
		Name: pulumi.String(a.Tunnel.App.Name), Namespace: a.Namespace.ToStringOutput(), Labels: a.Tunnel.App.Labels(),
	}
}

// outwards lets the agent reach its targets and, outside the cluster, ngrok; nobody may reach the agent.
func outwards(a Args) *networkingv1.NetworkPolicyArgs {
	rules := networkingv1.NetworkPolicyEgressRuleArray{&networkingv1.NetworkPolicyEgressRuleArgs{
		To: kube.Peers(kube.Internet()...), Ports: kube.TCP(443),
	}}
	for _, target := range a.Tunnel.Targets {
		rules = append(rules, &networkingv1.NetworkPolicyEgressRuleArgs{
			To: kube.Peers(kube.Peer{Pods: target.App.Selector()}), Ports: kube.TCP(target.Port),
		})
	}
	return &networkingv1.NetworkPolicyArgs{
		Metadata: tunnelMeta(a),
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{MatchLabels: a.Tunnel.App.Selector()},
			PolicyTypes: pulumi.StringArray{pulumi.String("Ingress"), pulumi.String("Egress")},
			Egress:      rules,
		},
	}
}

// fromTunnel opens a target's public port to the agent.
func fromTunnel(a Args, target Target) *networkingv1.NetworkPolicyArgs {
	return opening(a.Namespace, target.App, "tunnel", &networkingv1.NetworkPolicyIngressRuleArgs{
		From: kube.Peers(kube.Peer{Pods: a.Tunnel.App.Selector()}), Ports: kube.TCP(target.Port),
	})
}
