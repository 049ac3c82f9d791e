package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/drift"
)

// findDrift prints what differs and fails if anything does, so that a nightly run is noticed.
func findDrift(ctx context.Context, j job) error {
	resources, err := j.stack.Resources(ctx)
	if err != nil {
		return err
	}
	client, err := open(ctx, j.stack)
	if err != nil {
		return err
	}
	changes, err := drift.Find(ctx, client, resources)
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		fmt.Fprintf(j.out, "%s: everything is as declared\n", j.stack.Name)
		return nil
	}
	for _, c := range changes {
		fmt.Fprintln(j.out, sentence(c))
	}
	fmt.Fprintln(j.out)
	for _, command := range slices.Concat(reverts(j.stack.Name, changes), adopts(j.stack.Name, changes)) {
		fmt.Fprintln(j.out, command)
	}
	return fmt.Errorf("%s: %d differences from what is declared", j.stack.Name, len(changes))
}

func sentence(c drift.Change) string {
	text := strings.TrimSpace(c.Object+" "+c.Field) + " " + c.What
	if c.By != "" {
		text += ", by " + c.By
	}
	if !c.Since.IsZero() {
		text += " since " + c.Since.UTC().Format(time.DateTime)
	}
	return text
}

// reverts are the commands that make the changed objects as declared again. The provider refuses to overwrite what others
// set unless it is told to, and leaves alone what it never declared.
func reverts(stack string, changes []drift.Change) []string {
	up := "revert: PULUMI_K8S_ENABLE_PATCH_FORCE=true pulumi up --refresh --stack " + stack
	var targets, commands []string
	for _, c := range changes {
		if c.Remove != "" {
			commands = append(commands, "revert: "+remove(c))
			continue
		}
		targets = append(targets, " --target '"+c.URN+"'")
	}
	slices.Sort(targets)
	if targets = slices.Compact(targets); len(targets) > 0 {
		commands = append([]string{up + strings.Join(targets, "")}, commands...)
	}
	return commands
}

func remove(c drift.Change) string {
	kind, name, _ := strings.Cut(c.Object, " ")
	namespace, name, namespaced := strings.Cut(name, "/")
	if !namespaced {
		namespace, name = "", namespace
	}
	command := "kubectl patch " + strings.ToLower(kind) + " " + name
	if namespaced {
		command += " --namespace " + namespace
	}
	return command + ` --type json --patch '[{"op":"remove","path":"` + c.Remove + `"}]'`
}

// adopts are the commands that declare what is there, where a setting can.
func adopts(stack string, changes []drift.Change) []string {
	var commands []string
	for _, c := range changes {
		if c.Adopt != "" {
			commands = append(commands, "adopt:  pulumi config set --stack "+stack+" --path "+c.Adopt)
		}
	}
	return commands
}
