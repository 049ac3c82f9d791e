package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/drift"
	"github.com/techcommerce/platform/infra/internal/api"
)

// findDrift prints what differs and fails if anything does, so that a nightly run is noticed.
func findDrift(ctx context.Context, j job) error {
	resources, err := j.stack.Resources(ctx)
	if err != nil {
		return err
	}
	config, err := api.Config("")
	if err != nil {
		return err
	}
	client, err := api.Connect(config)
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
	fmt.Fprintf(j.out, "\nrevert: %s\n", revert(j.stack.Name, changes))
	for _, c := range changes {
		if c.Adopt != "" {
			fmt.Fprintf(j.out, "adopt:  pulumi config set --stack %s --path %s\n", j.stack.Name, c.Adopt)
		}
	}
	return fmt.Errorf("%s: %d differences from what is declared", j.stack.Name, len(changes))
}

func sentence(c drift.Change) string {
	text := strings.TrimSpace(c.Object+" "+c.Field) + " " + c.What
	if c.By != "" {
		text += fmt.Sprintf(", by %s since %s", c.By, c.Since.UTC().Format(time.DateTime))
	}
	return text
}

// revert is the command that makes the changed objects as declared again. The provider refuses to overwrite what others
// set unless it is told to.
func revert(stack string, changes []drift.Change) string {
	command := "PULUMI_K8S_ENABLE_PATCH_FORCE=true pulumi up --refresh --stack " + stack
	seen := map[string]bool{}
	for _, c := range changes {
		if !seen[c.URN] {
			seen[c.URN] = true
			command += " --target '" + c.URN + "'"
		}
	}
	return command
}
