// Command infra is the Pulumi program that declares one stack of the platform. Run it with the Pulumi CLI from the
// repository's root.
package main

import (
	"crypto/rand"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() { pulumi.Run(run) }

// run reads what the stack shall be, and declares it. Nothing is declared unless all of it can be.
func run(ctx *pulumi.Context) error {
	stack, err := settings(ctx.Project(), ctx.Stack(), os.Getenv)
	if err != nil {
		return err
	}
	if err := checkDatadogKeys(ctx.Context(), stack); err != nil {
		return err
	}
	release, err := readRelease(ctx, stack)
	if err != nil {
		return err
	}
	if err := inspect(ctx, stack, &release); err != nil {
		return err
	}
	if err := explainFailures(ctx, stack); err != nil {
		return err
	}
	return platform(ctx, stack, release, rand.Reader)
}
