package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/owner"
)

// markNamespaces writes on each of the stack's namespaces whose it is and which release was deployed there last, so that
// no other stack takes it over and a rollback can tell what runs from what was recorded.
func markNamespaces(ctx *pulumi.Context, release release) pulumi.ResourceTransformation {
	marks := pulumi.StringMap{
		owner.Stack:   pulumi.String(owner.Name(ctx.Organization(), ctx.Project(), ctx.Stack())),
		owner.Release: pulumi.String(release.id),
	}
	return func(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
		if args.Type == "kubernetes:core/v1:Namespace" {
			annotate(args.Props, marks)
		}
		return nil
	}
}
