package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/notify"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/stack"
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
	newest, schema := records[0], map[string]int{}
	maps.Copy(schema, newest.Schema)
	if failed {
		// What failed may have migrated before it did, and is in no record: take it for what is checked out.
		if newest, err = j.stack.CheckedOut(); err != nil {
			return err
		}
		for service, version := range newest.Schema {
			schema[service] = max(schema[service], version)
		}
	}
	started, to := time.Now(), records[target]
	news := notify.News{Outcome: notify.RolledBack, Release: to, Changes: to.Since(newest)}
	err = j.goBack(ctx, to, schema, func(at stack.Stack) {
		news.Took = time.Since(started)
		j.tell(ctx, at, news)
	})
	var refused refusal
	if err != nil && !errors.As(err, &refused) {
		news.Outcome, news.Took, news.Why = notify.Failed, time.Since(started), err.Error()
		j.tell(ctx, j.stack, news)
	}
	return err
}

// goBack deploys a release again with its own code, builds and settings, waits for it, tries it, and has it told. Schema is
// what the databases may have been brought to.
func (j job) goBack(ctx context.Context, to releases.Record, schema map[string]int, tell func(at stack.Stack)) (err error) {
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
	if err := j.verify(ctx, at); err != nil {
		return err
	}
	tell(at)
	fmt.Fprintf(j.out, "The checkout is as it was: revert there what did not work, or the next deployment brings it back.\n")
	return nil
}

// refusal is why a release cannot be gone back to. Nothing was touched.
type refusal struct {
	to       releases.Record
	problems []string
}

func (r refusal) Error() string {
	return fmt.Sprintf("cannot go back to %s:\n  %s", describe(r.to), strings.Join(r.problems, "\n  "))
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
	if len(problems) > 0 {
		return refusal{to, problems}
	}
	return nil
}
