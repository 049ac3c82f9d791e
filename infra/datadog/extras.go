//go:build !lean

package datadog

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// extra declares what a stack may ask for beside its monitors, objectives and dashboard, and nothing where it does not.
type extra func(ctx *pulumi.Context, name string, args Args, opts pulumi.ResourceOption) error

// extras are all of them. Each is a file of its own.
func extras() []extra {
	return []extra{quietHours, synthetic, logIndex, logMetrics, catalogue, teamRule}
}
