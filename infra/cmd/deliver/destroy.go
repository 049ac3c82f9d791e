package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/stack"
)

// destroy takes away all of a stack but what is protected, and says what that is and how it is removed. Pulumi alone
// refuses to take away anything where something is protected.
func destroy(ctx context.Context, j job) error {
	o, err := j.begin(ctx, "a destroy")
	if err != nil {
		return fmt.Errorf("not destroyed: %w", err)
	}
	defer o.end()
	// No state holds canaries, and a protected namespace keeps what is in it.
	if err := o.removeCanaries(ctx); err != nil {
		return fmt.Errorf("not destroyed: %w", err)
	}
	protected := o.protected()
	var flags []string
	if len(protected) > 0 {
		flags = append(flags, "--exclude-protected")
	}
	if err := j.stack.Destroy(ctx, flags...); err != nil || len(protected) == 0 {
		return err
	}
	fmt.Fprintln(j.out, "\nprotected, so still there, with what they hold and the namespaces that they are in:")
	for _, r := range protected {
		fmt.Fprintln(j.out, "  "+r.Object())
	}
	fmt.Fprintln(j.out, "\nto remove them, data and all:")
	for _, command := range removals(j.stack.Name, protected) {
		fmt.Fprintln(j.out, "  "+command)
	}
	return nil
}

func (o *operation) protected() []stack.Resource {
	return slices.DeleteFunc(slices.Clone(o.state.Resources), func(r stack.Resource) bool { return !r.Protect })
}

// removals are the commands that remove what is protected. A claim is left to the cluster even then, and goes with its
// namespace; its volume goes with it, unless the class of the volume says otherwise.
func removals(name string, protected []stack.Resource) []string {
	var commands []string
	for _, r := range protected {
		commands = append(commands, "pulumi state unprotect --yes --stack "+name+" '"+r.URN+"'")
	}
	return append(commands, "pulumi destroy --stack "+name,
		"kubectl get persistentvolumes   # one that is Released is there still: kubectl delete persistentvolume NAME")
}
