package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/techcommerce/platform/infra/internal/api"
	"github.com/techcommerce/platform/infra/preflight"
)

// inspectCluster prints what the stack's cluster is and has, and what the stack lacks there. It changes nothing, and fails
// if the stack cannot be brought up.
func inspectCluster(ctx context.Context, j job) error {
	settings, err := j.stack.Settings(ctx)
	if err != nil {
		return err
	}
	config, err := api.Config(settings.Cluster.Context)
	if err != nil {
		return fmt.Errorf("no way to the cluster: %w", err)
	}
	facts, err := preflight.Profile(ctx, config)
	if err != nil {
		return err
	}
	report, err := preflight.Check(ctx, config, preflight.NeedsOf(settings), preflight.Claim{Stack: j.stack.Name})
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(j.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "cluster\t%s\n", report.Cluster)
	for _, fact := range facts {
		fmt.Fprintf(table, "%s\t%s\n", fact.Name, fact.Value)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, warning := range report.Warnings {
		fmt.Fprintln(j.out, "warning: "+warning)
	}
	if err := report.Err(); err != nil {
		return fmt.Errorf("stack %s cannot be brought up there:\n%w", j.stack.Name, err)
	}
	fmt.Fprintf(j.out, "stack %s has what it needs\n", j.stack.Name)
	return nil
}
