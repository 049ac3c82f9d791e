// Command empty is a Pulumi program that declares nothing: what its preview takes, no program can save.
package main

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

func main() { pulumi.Run(func(*pulumi.Context) error { return nil }) }
