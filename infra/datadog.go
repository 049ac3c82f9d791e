package main

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// datadogParts is what Datadog does for the stack. There are two builds of the program: the whole one (datadog_full.go), and
// the one under the build constraint lean (datadog_lean.go), which has nothing of Datadog in it.
type datadogParts struct {
	dashboard pulumi.StringOutput
	monitors  int
	// agent is nil where another stack has installed it.
	agent *installedAgent
}

// installedAgent is the agent's release, as Helm tells of it.
type installedAgent struct{ status, version pulumi.StringOutput }
