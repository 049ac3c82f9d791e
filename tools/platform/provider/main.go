// Command pulumi-resource-kubernetes is the official Kubernetes provider, built from its pinned module.
//
// The module's own main package does not compile from a module alone: it embeds two files that its release process
// generates. This one embeds the same two, which the toolchain builder derives from the module's schema and lays over
// this folder (go build -overlay); they are not in the tree.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

//go:embed schema-embed.json
var schema []byte

//go:embed terraform-mapping-embed.json
var terraformMapping []byte

func main() {
	provider.Serve("kubernetes", version.Version, schema, terraformMapping)
}
