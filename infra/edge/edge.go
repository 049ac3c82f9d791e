// Package edge is the ways into the cluster. It opens a service to the outside, and only that service's public port.
package edge

import (
	"errors"
	"fmt"
	"strconv"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

const token = "techcommerce:edge:Edge"

// Args says which service is opened, and how.
type Args struct {
	// App is the service behind the edge.
	App kube.App
	// Namespace is where it lives.
	Namespace pulumi.StringInput
	// Host is its Service.
	Host string
	// Port is its public port.
	Port int
	// NodePort opens it on every node; nil does not.
	NodePort *NodePort
	// Ingress opens it under a host name; nil does not.
	Ingress *Ingress
	// Gateway opens it under a host name, too; nil does not.
	Gateway *Gateway
	// Proxies are who passes requests for that name on.
	Proxies Proxies
	// Tunnel opens it, and other services if wanted, through ngrok; nil does not.
	Tunnel *Tunnel
}

// NodePort is a port of every node.
type NodePort struct {
	// Host is a node's name or address in the URL that is shown; empty where it is not known.
	Host string
	// Port is the port.
	Port int
}

func (a Args) validate() error {
	if a.App.Name == "" || a.Port == 0 || a.Namespace == nil {
		return errors.New("no service to open")
	}
	if (a.Ingress != nil || a.Gateway != nil) && len(a.Proxies.Peers)+len(a.Proxies.Entities) == 0 {
		return errors.New("nobody to pass requests on")
	}
	return nil
}

// Edge is the ways in.
type Edge struct {
	pulumi.ResourceState

	// URLs is where people find what is opened, as far as it is known.
	URLs []string
}

// New declares the ways in.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Edge, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("edge %s: %w", name, err)
	}
	e := &Edge{}
	if err := ctx.RegisterComponentResourceV2(token, name, pulumi.Map{}, e, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(e)
	if args.NodePort != nil {
		if _, err := networkingv1.NewNetworkPolicy(ctx, name+"-nodes", fromAnywhere(args), child); err != nil {
			return nil, fmt.Errorf("edge %s: network policy: %w", name, err)
		}
		if args.NodePort.Host != "" {
			e.URLs = append(e.URLs, args.NodePort.url())
		}
	}
	if args.Ingress != nil {
		if err := e.admit(ctx, name, args, "ingress"); err != nil {
			return nil, fmt.Errorf("edge %s: %w", name, err)
		}
		if _, err := networkingv1.NewIngress(ctx, name, ingress(args), child); err != nil {
			return nil, fmt.Errorf("edge %s: ingress: %w", name, err)
		}
		e.URLs = append(e.URLs, args.Ingress.url())
	}
	if args.Gateway != nil {
		if err := e.admit(ctx, name, args, "gateway"); err != nil {
			return nil, fmt.Errorf("edge %s: %w", name, err)
		}
		if err := e.route(ctx, name, args); err != nil {
			return nil, fmt.Errorf("edge %s: %w", name, err)
		}
		e.URLs = append(e.URLs, args.Gateway.url())
	}
	if args.Tunnel != nil {
		if err := e.dig(ctx, name, args); err != nil {
			return nil, fmt.Errorf("edge %s: tunnel: %w", name, err)
		}
	}
	if err := ctx.RegisterResourceOutputs(e, pulumi.Map{}); err != nil {
		return nil, err
	}
	return e, nil
}

func (n NodePort) url() string { return "http://" + n.Host + ":" + strconv.Itoa(n.Port) }

// fromAnywhere opens the service's port to every address: behind a node port the caller's own is often lost.
func fromAnywhere(a Args) *networkingv1.NetworkPolicyArgs {
	return opening(a.Namespace, a.App, "nodes", &networkingv1.NetworkPolicyIngressRuleArgs{Ports: kube.TCP(a.Port)})
}

// opening lets a way's rule hold for an app's pods.
func opening(
	namespace pulumi.StringInput, app kube.App, way string, rule *networkingv1.NetworkPolicyIngressRuleArgs,
) *networkingv1.NetworkPolicyArgs {
	return ingressPolicy(namespace, app.Name+"-"+way, app.Labels(), app.Selector(), rule)
}

// ingressPolicy lets a rule hold for pods, in one direction.
func ingressPolicy(
	namespace pulumi.StringInput, name string, labels, pods pulumi.StringMap, rule *networkingv1.NetworkPolicyIngressRuleArgs,
) *networkingv1.NetworkPolicyArgs {
	return &networkingv1.NetworkPolicyArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: namespace.ToStringOutput(), Labels: labels},
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{MatchLabels: pods},
			PolicyTypes: pulumi.StringArray{pulumi.String("Ingress")},
			Ingress:     networkingv1.NetworkPolicyIngressRuleArray{rule},
		},
	}
}
