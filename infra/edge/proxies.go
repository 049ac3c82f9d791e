package edge

import (
	"fmt"

	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/cilium"
	"github.com/techcommerce/platform/infra/internal/kube"
)

// Proxies are who passes requests on to the service under its host name.
type Proxies struct {
	// Peers are those that Kubernetes' policies can name.
	Peers []kube.Peer
	// Entities are those that Cilium knows by no address.
	Entities []string
}

// The pods that cert-manager starts to prove to an issuer whose a host is, by the label that it gives them.
const (
	solverLabel = "acme.cert-manager.io/http01-solver"
	solverPort  = 8089
)

// admit lets the proxies in to the service, and to whoever proves for cert-manager whose the host is: the issuer asks at
// the same address.
func (e *Edge) admit(ctx *pulumi.Context, name string, a Args, way string) error {
	if err := e.open(ctx, name+"-"+way, a, a.App.Name+"-"+way, a.App.Selector(), a.Port); err != nil {
		return err
	}
	if tls := a.tls(); tls == nil || tls.Issuer == "" {
		return nil
	}
	return e.open(ctx, name+"-solver", a, "acme-solver", kube.Selector(solverLabel, "true"), solverPort)
}

// open lets the proxies in to a port of pods.
func (e *Edge) open(ctx *pulumi.Context, logical string, a Args, name string, pods pulumi.StringMap, port int) error {
	child := pulumi.Parent(e)
	if len(a.Proxies.Peers) > 0 { // none would mean everybody
		policy := ingressPolicy(a.Namespace, name, a.App.Labels(), pods, &networkingv1.NetworkPolicyIngressRuleArgs{
			From: kube.Peers(a.Proxies.Peers...), Ports: kube.TCP(port),
		})
		if _, err := networkingv1.NewNetworkPolicy(ctx, logical, policy, child); err != nil {
			return fmt.Errorf("network policy %s: %w", name, err)
		}
	}
	if len(a.Proxies.Entities) == 0 {
		return nil
	}
	err := cilium.New(ctx, logical+"-entities", cilium.Policy{
		Name: name, Namespace: a.Namespace, Labels: a.App.Labels(), Pods: pods,
		From: []cilium.Rule{{Entities: a.Proxies.Entities, TCP: []int{port}}},
	}, child)
	if err != nil {
		return fmt.Errorf("network policy %s of entities: %w", name, err)
	}
	return nil
}

// tls is how the service's host is encrypted; nil where it is not.
func (a Args) tls() *TLS {
	switch {
	case a.Ingress != nil:
		return a.Ingress.TLS
	case a.Gateway != nil:
		return a.Gateway.TLS
	}
	return nil
}
