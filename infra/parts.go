package main

import (
	"io"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/database"
	"github.com/techcommerce/platform/infra/edge"
	"github.com/techcommerce/platform/infra/foundation"
	"github.com/techcommerce/platform/infra/internal/kube"
	"github.com/techcommerce/platform/infra/keys"
	"github.com/techcommerce/platform/stacks"
)

// public is the service that people reach.
var public = contract.Frontend

func clusterArgs(stack stacks.Stack) *kubernetes.ProviderArgs {
	args := &kubernetes.ProviderArgs{EnableServerSideApply: pulumi.Bool(true)}
	if stack.Cluster.Context != "" {
		args.Context = pulumi.String(stack.Cluster.Context)
	}
	return args
}

func foundationArgs(stack stacks.Stack) foundation.Args {
	args := foundation.Args{
		Namespace: stack.Namespace,
		Labels:    kube.App{Name: kube.Product, Tier: "foundation", Environment: stack.Environment}.Labels(),
		Protected: stack.Protected,
	}
	for _, cidr := range stack.Cluster.DNS {
		args.DNS.CIDRs = append(args.DNS.CIDRs, cidr.String())
	}
	return args
}

func keysArgs(stack stacks.Stack, ground *foundation.Foundation, random io.Reader) keys.Args {
	args := keys.Args{
		Namespace:  ground.Namespace,
		Labels:     kube.App{Name: kube.Product, Tier: "keys", Environment: stack.Environment}.Labels(),
		Given:      map[string]string{},
		Generation: stack.Keys.Generation,
		Random:     random,
	}
	for _, service := range contract.Services() {
		for _, env := range service.Keys {
			args.Given[stacks.KeyName(env)] = stack.Secrets[stacks.KeySetting(env)].Reveal()
		}
	}
	return args
}

func databaseArgs(stack stacks.Stack, ground *foundation.Foundation) database.Args {
	args := database.Args{Namespace: ground.Namespace, Protected: stack.Protected}
	for _, service := range contract.Services() {
		if service.Stores {
			args.Apps = append(args.Apps, kube.App{
				Name: service.Name, Tier: "data", Environment: stack.Environment,
			})
		}
	}
	if e := stack.Database.Embedded; e != nil {
		args.Embedded = &database.Embedded{Size: e.Size.String(), StorageClass: e.StorageClass}
	}
	return args
}

func edgeArgs(stack stacks.Stack, release release, ground *foundation.Foundation) edge.Args {
	args := edge.Args{App: app(public, stack, release), Namespace: ground.Namespace, Port: public.Port}
	if port := stack.Edge.NodePort; port != 0 {
		args.NodePort = &edge.NodePort{Host: stack.Edge.Host, Port: port}
	}
	return args
}
