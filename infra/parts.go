package main

import (
	"io"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/edge"
	"github.com/techcommerce/platform/infra/foundation"
	"github.com/techcommerce/platform/infra/internal/kube"
	"github.com/techcommerce/platform/infra/keys"
	"github.com/techcommerce/platform/stacks"
)

// publicService is the service that people reach.
var publicService = contract.Frontend

func clusterArgs(stack stacks.Stack) *kubernetes.ProviderArgs {
	args := &kubernetes.ProviderArgs{
		// Empty, the provider looks where kubectl does. Left out, the state would keep the path of whoever deployed last, and
		// nobody could deploy from anywhere else.
		Kubeconfig:            pulumi.String(""),
		EnableServerSideApply: pulumi.Bool(true),
		// A ConfigMap that is not marked immutable is changed in its place, for programs that read it again themselves.
		EnableConfigMapMutable: pulumi.Bool(true),
	}
	if stack.Cluster.Context != "" {
		args.Context = pulumi.String(stack.Cluster.Context)
	}
	return args
}

func foundationArgs(stack stacks.Stack, release release) foundation.Args {
	args := namespaceArgs(stack, stack.Namespace, "foundation")
	args.Quota, args.Registries, args.Protected = quota(stack), registries(stack, release), stack.Protected
	return args
}

// namespaceArgs is what the foundations of all of the stack's namespaces have in common.
func namespaceArgs(stack stacks.Stack, namespace, part string) foundation.Args {
	return foundation.Args{
		Namespace:  namespace,
		Labels:     sharedLabels(stack, part),
		DNS:        cidrStrings(stack.Cluster.DNS),
		Cilium:     stack.Cluster.Cilium(),
		PullSecret: stack.Secrets[stacks.RegistryCredentials].Reveal(),
	}
}

func keysArgs(stack stacks.Stack, base *foundation.Foundation, random io.Reader) keys.Args {
	args := keys.Args{
		Namespace:  base.Namespace,
		Labels:     sharedLabels(stack, "keys"),
		Given:      databaseSecrets(stack),
		Generation: stack.Keys.Generation,
		Random:     random,
	}
	for _, service := range contract.Services() {
		for _, env := range service.Keys {
			args.Given[stacks.KeyName(env)] = stack.Secrets[stacks.KeySetting(env)].Reveal()
		}
	}
	if len(stack.Webhooks) > 0 {
		args.Given[stacks.KeyName(contract.EnvWebhookKeys)] = stack.Secrets[stacks.WebhookKeys].Reveal()
	}
	if stack.Edge.Tunnel != nil {
		args.Given[tunnelAuthtoken] = stack.Secrets[stacks.TunnelAuthtoken].Reveal()
	}
	return args
}

func edgeArgs(stack stacks.Stack, release release, deps dependencies) edge.Args {
	args := edge.Args{
		App: app(publicService, stack, release), Namespace: deps.foundation.Namespace, Host: publicService.Host(), Port: publicService.Port,
		Proxies: proxies(stack),
	}
	if port := stack.Edge.NodePort; port != 0 {
		args.NodePort = &edge.NodePort{Host: stack.Edge.NodeHost, Port: port}
	}
	if i := stack.Edge.Ingress; i != nil {
		args.Ingress = ingressArgs(*i)
	}
	if g := stack.Edge.Gateway; g != nil {
		args.Gateway = gatewayArgs(*g)
	}
	if t := stack.Edge.Tunnel; t != nil {
		args.Tunnel = tunnelArgs(*t, stack, release, deps)
	}
	return args
}

// sharedLabels are the labels of objects that belong to no single service.
func sharedLabels(stack stacks.Stack, part string) pulumi.StringMap {
	return kube.App{Name: kube.Product, Tier: part, Environment: stack.Environment}.Labels()
}

func cidrStrings(networks []stacks.CIDR) []string {
	var list []string
	for _, network := range networks {
		list = append(list, network.String())
	}
	return list
}
