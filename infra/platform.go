package main

import (
	"fmt"
	"io"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/database"
	"github.com/techcommerce/platform/infra/edge"
	"github.com/techcommerce/platform/infra/foundation"
	"github.com/techcommerce/platform/infra/keys"
	"github.com/techcommerce/platform/infra/workload"
	"github.com/techcommerce/platform/stacks"
)

// platform is the table of contents: everything that a stack consists of, in the order in which it comes up.
func platform(ctx *pulumi.Context, stack stacks.Stack, release release, random io.Reader) error {
	if err := ctx.RegisterStackTransformation(nameFieldManager); err != nil {
		return fmt.Errorf("field manager: %w", err)
	}
	if err := ctx.RegisterStackTransformation(markNamespaces(ctx, release)); err != nil {
		return fmt.Errorf("owner of the namespaces: %w", err)
	}
	if err := ctx.RegisterStackTransformation(pullWith(pullSecret(stack))); err != nil {
		return fmt.Errorf("pull secret: %w", err)
	}
	cluster, err := kubernetes.NewProvider(ctx, "cluster", clusterArgs(stack))
	if err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	on := pulumi.Provider(cluster)
	base, err := foundation.New(ctx, "foundation", foundationArgs(stack, release), on)
	if err != nil {
		return err
	}
	secrets, err := keys.New(ctx, "keys", keysArgs(stack, base, random), on)
	if err != nil {
		return err
	}
	deps := dependencies{foundation: base, secrets: secrets}
	deps.database, err = database.New(ctx, databaseName, databaseArgs(stack, deps), on)
	if err != nil {
		return err
	}
	var running pulumi.StringArray
	for _, service := range contract.Services() {
		args := workloadArgs(service, stack, release, deps)
		w, err := workload.New(ctx, service.Name, args, on)
		if err != nil {
			return err
		}
		running = append(running, w.Deployment)
	}
	opened, err := edge.New(ctx, "edge", edgeArgs(stack, release, deps), on)
	if err != nil {
		return err
	}
	monitored, err := declareMonitoring(ctx, stack, release, random, deps, on)
	if err != nil {
		return err
	}
	observed, err := declareDatadog(ctx, stack, release, random, on)
	if err != nil {
		return err
	}
	return export(ctx, stack, release, outputs{
		secrets: secrets, edge: opened, monitoring: monitored, running: running, datadog: observed,
	})
}
