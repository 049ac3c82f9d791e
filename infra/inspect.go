package main

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/foundation"
	"github.com/techcommerce/platform/infra/internal/api"
	"github.com/techcommerce/platform/infra/preflight"
	"github.com/techcommerce/platform/stacks"
)

// inspect asks the cluster whether it has what the stack needs. A preview goes on without one, since there may be none
// where pull requests are checked.
func inspect(ctx *pulumi.Context, stack stacks.Stack) error {
	config, err := api.Config(stack.Cluster.Context)
	if err != nil {
		err = errors.Join(preflight.ErrUnreachable, err)
	}
	var report preflight.Report
	if err == nil {
		report, err = preflight.Check(ctx.Context(), config, needs(stack))
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
	return errors.Join(err, report.Err())
}

func needs(stack stacks.Stack) preflight.Needs {
	d := stack.Database
	needs := preflight.Needs{
		Namespace:       stack.Namespace,
		AdmissionPolicy: foundation.PodPolicy(stack.Namespace),
		OneNode:         d.Embedded != nil,
		Policies:        !stack.Cluster.EnforcesPolicies,
	}
	for _, service := range stack.Services {
		needs.Autoscaling = needs.Autoscaling || service.Autoscale != nil
	}
	if d.Embedded != nil {
		needs.Volumes = append(needs.Volumes, d.Embedded.StorageClass)
	}
	if d.Postgres != nil {
		needs.Volumes = append(needs.Volumes, d.Postgres.StorageClass)
	}
	if m := stack.Monitoring; m != nil {
		needs.Volumes = append(needs.Volumes, m.Prometheus.StorageClass, m.Alertmanager.StorageClass)
		if m.Grafana != nil {
			needs.Volumes = append(needs.Volumes, m.Grafana.StorageClass)
		}
	}
	if i := stack.Edge.Ingress; i != nil {
		needs.IngressClass = i.Class
	}
	return needs
}
