//go:build lean

package main

import (
	"context"
	"fmt"
	"io"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/database"
	"github.com/techcommerce/platform/infra/workload"
	"github.com/techcommerce/platform/stacks"
)

// checkDatadogKeys refuses a stack that uses Datadog, before anything is declared: without it the program would take away
// everything of Datadog that the stack has.
func checkDatadogKeys(_ context.Context, stack stacks.Stack) error {
	if !stack.DatadogOn() {
		return nil
	}
	return fmt.Errorf("stack %[1]s has techcommerce:datadog, and this program was built without Datadog (build constraint "+
		"lean, which `make env` sets in GOFLAGS).\nRun the command with the whole program: "+
		"GOFLAGS= pulumi up --stack %[1]s, or from a shell without `make env`. Compiling it for the first time takes a few "+
		"minutes and %[2]s of memory; docs/datadog.md says how to have it with less", stack.Name, "9 GB")
}

func declareDatadog(*pulumi.Context, stacks.Stack, release, io.Reader, pulumi.ResourceOption) (*datadogParts, error) {
	return nil, nil
}

func addDatadog(*workload.Args, contract.Service, stacks.Stack) {}

func addPostgresLogs(*database.Postgres, stacks.Stack) {}

func addPostgresMetrics(*database.Metrics, stacks.Stack) {}
