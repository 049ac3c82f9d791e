package agent

import (
	helmv3 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/helm/v3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The chart. Its version is exact: a range would upgrade the agent with whatever else is deployed that day.
const (
	Chart      = "datadog"
	Version    = "3.240.0"
	Repository = "https://helm.datadoghq.com"
)

// release waits for the agents: one that Datadog refuses never becomes ready, and the update says so.
func release(a Args, in pulumi.StringOutput, values pulumi.Map) *helmv3.ReleaseArgs {
	args := &helmv3.ReleaseArgs{
		// Without its own name the release would get a suffix, and so would the Services that pods know by name.
		Name:      pulumi.String(Chart),
		Namespace: in,
		Values:    values,
		Timeout:   pulumi.Int(600),
	}
	if a.Archive != "" {
		args.Chart = pulumi.String(a.Archive)
		return args
	}
	args.Chart, args.Version = pulumi.String(Chart), pulumi.String(Version)
	args.RepositoryOpts = &helmv3.RepositoryOptsArgs{Repo: pulumi.String(Repository)}
	return args
}
