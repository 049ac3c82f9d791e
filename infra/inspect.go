package main

import (
	"cmp"
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/foundation"
	"github.com/techcommerce/platform/infra/internal/api"
	"github.com/techcommerce/platform/infra/internal/owner"
	"github.com/techcommerce/platform/infra/preflight"
	"github.com/techcommerce/platform/stacks"
)

// inspect asks the cluster whether it has what the stack needs, whether it is the stack's own, and whether the namespaces
// are. The release gets what was learnt. A preview goes on without a cluster, since there may be none where pull requests
// are checked.
func inspect(ctx *pulumi.Context, stack stacks.Stack, release *release) error {
	config, err := api.Config(stack.Cluster.Context)
	if err != nil {
		err = errors.Join(preflight.ErrUnreachable, err)
	}
	needs := preflight.NeedsOf(stack)
	needs.AdmissionPolicy = foundation.PodPolicy(stack.Namespace)
	var report preflight.Report
	if err == nil {
		report, err = preflight.Check(ctx.Context(), config, needs, claim(ctx, stack, *release))
	}
	if err != nil && ctx.DryRun() {
		report.Warnings = []string{err.Error() + "; this shows what is declared, not what differs"}
		err = nil
	}
	for _, warning := range report.Warnings {
		if logged := ctx.Log.Warn("cluster: "+warning, nil); logged != nil {
			return logged
		}
	}
	if report.Cluster != "" { // otherwise it could not be asked
		release.cluster = report.Cluster
	}
	release.kubelets = report.Kubelets
	return errors.Join(err, report.Err())
}

// unsignedKubelets reports whether the kubelets' certificates cannot be verified. Where neither the stack nor the cluster
// says so they must be good.
func unsignedKubelets(stack stacks.Stack, release release) bool {
	return cmp.Or(stack.Cluster.Kubelets(), release.kubelets) == stacks.KubeletsUnsigned
}

// claim is what the stack takes to be its own.
func claim(ctx *pulumi.Context, stack stacks.Stack, release release) preflight.Claim {
	c := preflight.Claim{
		Stack:      owner.Name(ctx.Organization(), ctx.Project(), ctx.Stack()),
		Namespaces: []string{stack.Namespace},
		Deployed:   len(release.history) > 1 || release.cluster != "",
		Cluster:    release.cluster,
	}
	if stack.Cluster.UID != "" {
		c.Cluster = stack.Cluster.UID
	}
	if m := stack.Monitoring; m != nil {
		c.Namespaces = append(c.Namespaces, m.Namespace, m.NodesNamespace())
	}
	if d := stack.Datadog; stack.DatadogOn() && d.Agent != nil {
		c.Namespaces = append(c.Namespaces, d.Namespace)
	}
	return c
}
