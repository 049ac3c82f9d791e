package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/declare"
	"github.com/techcommerce/platform/stacks/stackstest"
)

// TestEveryObjectHasOneFieldManager: an object without it is lost to an update that was killed.
func TestEveryObjectHasOneFieldManager(t *testing.T) {
	t.Parallel()
	for _, name := range stackstest.Shipped(t) {
		objects := 0
		for _, r := range mustDeclare(t, mustDecode(t, stackstest.File(t, name, stackstest.Secrets()))).Resources {
			if !strings.HasPrefix(r.Type, "kubernetes:") || r.Inputs["metadata"].IsNull() {
				continue
			}
			objects++
			annotations := r.Inputs["metadata"].ObjectValue()["annotations"]
			if !annotations.IsObject() || annotations.ObjectValue()[managedBy].StringValue() != fieldManager {
				t.Errorf("%s: %s %s has no field manager", name, r.Type, r.Name)
			}
		}
		if objects < 30 {
			t.Errorf("%s: only %d objects were looked at", name, objects)
		}
	}
}

// TestOtherTransformationsKeepWhatTheyAdd: the bounds of rollouts, and the hook that explains them, come by one as well.
func TestOtherTransformationsKeepWhatTheyAdd(t *testing.T) {
	t.Parallel()
	stack := mustDecode(t, stackstest.File(t, "local", nil))
	declaration, err := declare.Run("techcommerce", stack.Name, func(ctx *pulumi.Context) error {
		err := ctx.RegisterStackTransformation(func(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			return &pulumi.ResourceTransformationResult{Props: args.Props, Opts: append(args.Opts, pulumi.DeleteBeforeReplace(true))}
		})
		if err != nil {
			return err
		}
		return program(stack)(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range declaration.Resources {
		if r.Type == "kubernetes:apps/v1:Deployment" && !slices.Contains(r.Options, "deleteBeforeReplace") {
			t.Errorf("%s has lost deleteBeforeReplace: %q", r.Name, r.Options)
		}
	}
}
