package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/techcommerce/platform/infra/releases"
)

// rollback goes back to the last good release: the one before the newest, or the newest itself where an update after it
// failed half-way.
func rollback(ctx context.Context, j job) error {
	records, err := j.stack.Releases(ctx)
	if err != nil {
		return err
	}
	failed, err := j.stack.LastUpdateFailed(ctx)
	if err != nil {
		return err
	}
	target := 1
	if failed {
		target = 0
	}
	if len(records) <= target {
		return fmt.Errorf("%s has no earlier release to go back to: it remembers %d", j.stack.Name, len(records))
	}
	attempted := map[string]int{}
	if failed {
		// What failed may have migrated before it did, and is in no record: take it for what is checked out.
		if attempted, err = releases.Schema(j.stack.Dir); err != nil {
			return err
		}
	}
	for service, version := range records[0].Schema {
		attempted[service] = max(attempted[service], version)
	}
	return j.goBack(ctx, records[target], attempted)
}

// goBack deploys a release again with its own code, builds and settings, waits for it and tries it. Schema is what the
// databases may have been brought to.
func (j job) goBack(ctx context.Context, to releases.Record, schema map[string]int) (err error) {
	started := time.Now()
	if err := possible(to, schema); err != nil {
		return err
	}
	at, remove, err := j.stack.At(ctx, to)
	if remove != nil {
		defer func() { err = errors.Join(err, remove()) }()
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(j.out, "pulumi up with the code, builds and settings of %s\n", describe(to))
	if err := at.Run(ctx, "up", "--yes", "--skip-preview"); err != nil {
		return err
	}
	if err := verify(ctx, at, j.url); err != nil {
		return err
	}
	if err := j.tell(ctx, "went back to", started); err != nil {
		return err
	}
	fmt.Fprintf(j.out, "The checkout is as it was: revert there what did not work, or the next deployment brings it back.\n")
	return nil
}

// possible reports all that stands against going back to a release.
func possible(to releases.Record, schema map[string]int) error {
	var problems []string
	if to.Revision == releases.Unknown || to.Dirty {
		problems = append(problems, "it was deployed from source that is in no commit")
	}
	if to.Settings == "" {
		problems = append(problems, "its settings were not in the stack's file, so they were not recorded")
	}
	for _, newer := range to.NewerSchema(schema) {
		problems = append(problems, newer+": go forward with a fix, or restore a backup first")
	}
	if len(problems) == 0 {
		return nil
	}
	return fmt.Errorf("cannot go back to %s:\n  %s", describe(to), strings.Join(problems, "\n  "))
}
