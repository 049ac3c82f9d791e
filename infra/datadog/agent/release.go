package agent

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The chart. Its version is exact: a range would upgrade the agent with whatever else is deployed that day.
const (
	Chart      = "datadog"
	Version    = "3.240.0"
	Repository = "https://helm.datadoghq.com"
)

// ReleaseToken is the Kubernetes provider's resource for a Helm release. It is declared without the SDK's package for
// it, which brings every API of Kubernetes along: 56 packages more to compile, for everybody.
const ReleaseToken = "kubernetes:helm.sh/v3:Release"

type helmRelease struct {
	pulumi.CustomResourceState

	// Told is what Helm tells of the release.
	Told pulumi.MapOutput `pulumi:"status"`
}

// release waits for the agents: one that Datadog refuses never becomes ready, and the update says so.
func release(a Args, in pulumi.StringOutput, values pulumi.Map) pulumi.Map {
	args := pulumi.Map{
		// Without its own name the release would get a suffix, and so would the Services that pods know by name.
		"name":      pulumi.String(Chart),
		"namespace": in,
		"values":    values,
		"timeout":   pulumi.Int(600),
		// The provider compares releases as the SDKs of today want it.
		"compat": pulumi.String("true"),
	}
	if a.Archive != "" {
		args["chart"] = pulumi.String(a.Archive)
		return args
	}
	args["chart"], args["version"] = pulumi.String(Chart), pulumi.String(Version)
	args["repositoryOpts"] = pulumi.Map{"repo": pulumi.String(Repository)}
	return args
}

func newRelease(ctx *pulumi.Context, name string, args pulumi.Map, opts ...pulumi.ResourceOption) (*helmRelease, error) {
	r := &helmRelease{}
	return r, ctx.RegisterResource(ReleaseToken, name, args, r, opts...)
}

// status is Helm's word for the release's state, such as deployed.
func (r *helmRelease) status() pulumi.StringOutput {
	return r.Told.ApplyT(func(told map[string]any) string {
		if told["status"] == nil {
			return ""
		}
		return fmt.Sprint(told["status"])
	}).(pulumi.StringOutput)
}
