package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/api"
	"github.com/techcommerce/platform/infra/internal/canaries"
	"github.com/techcommerce/platform/infra/rollout"
	"github.com/techcommerce/platform/stacks"
)

// explainFailures makes every rollout that fails do so in time and say why, whichever part declared it. Pulumi itself
// waits for ten minutes and then tells that pods did not become ready; what their containers said and what the probes
// were answered, only the cluster knows.
func explainFailures(ctx *pulumi.Context, stack stacks.Stack) error {
	hook, err := ctx.RegisterErrorHook("explain", func(failed *pulumi.ErrorHookArgs) (retry bool, err error) {
		text, err := explain(ctx, stack, failed)
		if err != nil {
			return false, ctx.Log.Warn(fmt.Sprintf("%s: why it failed cannot be seen: %v", failed.Name, err), nil)
		}
		return false, ctx.Log.Error(text, nil)
	})
	if err != nil {
		return err
	}
	bound := pulumi.ResourceHooks(&pulumi.ResourceHookBinding{OnError: []*pulumi.ErrorHook{hook}})
	services, recovery := within(stack.RolloutDeadline), within(max(stack.RolloutDeadline, stack.RecoveryDeadline))
	return ctx.RegisterStackTransformation(func(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
		switch {
		case args.Type == "kubernetes:apps/v1:Deployment":
			args.Opts = append(args.Opts, bound, services)
		case slices.Contains(slowRollouts, args.Type):
			args.Opts = append(args.Opts, bound, recovery)
		case args.Type == "kubernetes:core/v1:Service": // Pulumi waits for one until pods take its requests
			args.Opts = append(args.Opts, services)
		}
		return &pulumi.ResourceTransformationResult{Props: args.Props, Opts: args.Opts}
	})
}

// within bounds how long Pulumi waits for a resource.
func within(limit stacks.Duration) pulumi.ResourceOption {
	text := time.Duration(limit).String()
	return pulumi.Timeouts(&pulumi.CustomTimeouts{Create: text, Update: text})
}

// slowRollouts are the kinds that may take longer than a service does: StatefulSets recover their data first, and a
// DaemonSet goes over all nodes.
var slowRollouts = []string{"kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet"}

// readyLimit bounds the wait for pods. A rollout that stands still ends it much earlier, by the stack's own deadline.
const readyLimit = 20 * time.Minute

// waitUntilReady waits until the stack's pods are those that were declared. Pulumi's own wait may take a Deployment's state from
// before a change for the one after it. What was declared serves then, so canaries go: those of the deployment that this
// update belongs to, and those that one has left that was killed.
func waitUntilReady(ctx context.Context, stack stacks.Stack) error {
	client, err := api.Open(stack.Cluster.Context)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	if err := rollout.Wait(ctx, client, stack.Namespace, nil); err != nil {
		return err
	}
	_, err = canaries.Remove(ctx, client.Patient(time.Minute), stack.Namespace)
	return err
}

func explain(ctx *pulumi.Context, stack stacks.Stack, failed *pulumi.ErrorHookArgs) (string, error) {
	client, err := api.Open(stack.Cluster.Context)
	if err != nil {
		return "", err
	}
	metadata := failed.NewInputs["metadata"].ObjectValue()
	namespace, name := metadata["namespace"].StringValue(), metadata["name"].StringValue()
	kind := failed.Type.Name().String()
	return rollout.Explain(ctx.Context(), client, rollout.Workload{Namespace: namespace, Kind: kind, Name: name})
}
