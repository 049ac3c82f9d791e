// Package owner knows how a stack marks what is its own: the annotations that the program writes on each of the stack's
// namespaces, and that every command reads before it touches anything. It asks no cluster.
package owner

import (
	"fmt"
	"strings"
)

// The annotations of a stack's namespaces.
const (
	// Stack names the stack that the namespace belongs to: organization/project/stack.
	Stack = "techcommerce/stack"
	// Release identifies the release that was deployed last, whether or not its deployment came to its end.
	Release = "techcommerce/release"
)

// Name is how a stack is written on its namespaces.
func Name(organization, project, stack string) string {
	return strings.Join([]string{organization, project, stack}, "/")
}

// Conflict says that a namespace belongs to another stack, and what to do about it.
func Conflict(namespace, owner, stack string) string {
	return fmt.Sprintf("namespace %s belongs to the stack %s, and this is %s: nothing was touched. "+
		"Set another namespace for this stack; or, if %[2]s is gone for good: "+
		"kubectl annotate namespace %[1]s --overwrite %[4]s=%[3]s", namespace, owner, stack, Stack)
}

// Unclaimed says that a namespace holds an installation that names no owner.
func Unclaimed(namespace, stack string) string {
	return fmt.Sprintf("namespace %s holds a shop already, and this stack (%s) has never deployed it: nothing was touched. "+
		"Set another namespace for this stack; or, if the shop is this stack's: kubectl annotate namespace %[1]s %[3]s=%[2]s",
		namespace, stack, Stack)
}

// Elsewhere says that a cluster is not the stack's. Both clusters are given by the UID of their namespace kube-system.
func Elsewhere(recorded, found string) string {
	return fmt.Sprintf("this is the cluster %s, and the stack lives on %s: nothing was touched. "+
		"Choose the right kube context (KUBECONFIG, or the setting cluster.context); or, if the stack's cluster was replaced: "+
		"pulumi config set --path techcommerce:cluster.uid %[1]s", found, recorded)
}
