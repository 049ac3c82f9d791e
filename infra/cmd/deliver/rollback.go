package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/notify"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/review"
	"github.com/techcommerce/platform/infra/releases"
)

// rollback brings the last good release back: the one before the newest, or the newest itself where what runs is what an
// update left that was cut off after it.
func rollback(ctx context.Context, j job) error {
	const what = "not rolled back"
	o, err := j.begin(ctx, "a rollback")
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	defer o.end()
	to, newest, err := o.target()
	if err != nil {
		return o.untouched(what, err)
	}
	n := notify.Notification{Outcome: notify.RolledBack, Release: to, Tried: to, Changes: to.Since(newest)}
	o.reportOverwritten()
	limited, cancel := context.WithTimeoutCause(ctx, forwardLimit, fmt.Errorf("took longer than %s", forwardLimit))
	defer cancel()
	err = o.rollBackTo(limited, to, rollBack{
		migrated: append([]releases.Record{newest}, o.records...), refresh: o.mustRefresh(), labels: o.labels,
	})
	var refused refusal
	switch {
	case err == nil:
		o.announce(ctx, n)
		fmt.Fprintln(o.out, "The checkout is as it was: revert there what did not work, or the next deployment brings it back.")
		return nil
	case notStarted(err) && ctx.Err() != nil:
		return o.untouched(what, errInterrupted)
	case errors.As(err, &refused) || notStarted(err):
		return o.untouched(what, err)
	case ctx.Err() != nil:
		return o.interrupted(ctx, to, err)
	}
	n.Outcome, n.Release, n.Why = notify.Failed, releases.Record{}, err.Error()
	n.Running = o.whatRuns(ctx)
	n.Next = "make rollback STACK=" + o.stack.Name + " again once that is mended, or deploy a fix"
	o.announce(ctx, n)
	return fmt.Errorf("the rollback failed: %w\nrunning now:\n%s\nnext: %s", err, n.Running, n.Next)
}

// target is the release to bring back, and the one that it takes the place of. What runs decides, not what was recorded.
func (o *operation) target() (to, newest releases.Record, err error) {
	if o.to != "" {
		return o.named()
	}
	at := 1
	if len(o.records) > 0 {
		newest = o.records[0]
	}
	if len(o.records) > 0 && o.running.CutOff(newest) {
		at = 0
		// What runs is in no record: take it for what is checked out.
		if newest, err = o.stack.CheckedOut(); err != nil {
			return to, newest, err
		}
		fmt.Fprintf(o.out, "what runs is not %s: an update after it was cut off. That release is brought back.\n%s\n",
			describe(o.records[0]), o.running.Text())
	}
	if len(o.records) <= at {
		return to, newest, fmt.Errorf("there is no earlier release to roll back to: the stack remembers %d", len(o.records))
	}
	return o.records[at], newest, nil
}

// named is the release that was asked for by the first digits of its commit.
func (o *operation) named() (to, newest releases.Record, err error) {
	var known []string
	for _, r := range o.records {
		if strings.HasPrefix(r.Revision, o.to) {
			return r, o.records[0], nil
		}
		known = append(known, describe(r))
	}
	return to, newest, fmt.Errorf("no release begins with %s; the stack remembers:\n  %s", o.to, strings.Join(known, "\n  "))
}

// rollBack is how a release is brought back.
type rollBack struct {
	// migrated are the releases to whose schema the databases may have been brought.
	migrated []releases.Record
	// refresh makes the state what the cluster has first.
	refresh bool
	// labels allow what is dangerous.
	labels []string
}

// rollBackTo deploys a release again with its own code, builds and settings, proves that it runs, and tries it.
func (o *operation) rollBackTo(ctx context.Context, to releases.Record, how rollBack) (err error) {
	if err := possible(to, how.migrated); err != nil {
		return err
	}
	at, remove, err := o.stack.At(ctx, to)
	if remove != nil {
		defer func() { err = errors.Join(err, remove()) }()
	}
	if err != nil {
		return refusal{to, []string{err.Error()}}
	}
	if o.declaresElse(to) {
		o.progress("what the release declares is compared with what is there")
		if err := o.previewRollback(ctx, at, to, how); err != nil {
			return err
		}
	}
	// The program of an older release may not know canaries.
	if err := o.removeCanaries(ctx); err != nil {
		return err
	}
	fmt.Fprintf(o.out, "pulumi up with the code, builds and settings of %s; its program is compiled first\n", describe(to))
	if err := o.applyAndProve(ctx, at, how.refresh); err != nil {
		return err
	}
	return o.smokeTest(ctx, at)
}

// previewRollback refuses a rollback that would delete data: the older release may call an object otherwise, or have none.
// Whatever else it changes back ran before.
func (o *operation) previewRollback(ctx context.Context, at pulumiStack, to releases.Record, how rollBack) error {
	report, err := o.report(ctx, at, how.refresh, append([]string{
		review.Downtime.Label(), review.FixedName.Label(), review.Exposure.Label(), review.Alerts.Label(),
	}, how.labels...))
	if err != nil {
		return refusal{to, []string{err.Error()}}
	}
	fmt.Fprint(o.out, report.Text())
	if err := report.Err(); err != nil {
		return refusal{to, []string{err.Error()}}
	}
	return nil
}

// declaresElse says whether a release may declare other objects than those that are there: another program, or other
// settings. A rollback to other builds alone need not wait for a preview.
func (o *operation) declaresElse(to releases.Record) bool {
	now, err := o.stack.CheckedOut()
	if err != nil || now.Settings != to.Settings || now.Dirty {
		return true
	}
	args := append([]string{"-C", o.stack.Dir, "diff", "--quiet", to.Revision, "HEAD", "--"}, releases.ProgramSources()...)
	return exec.CommandContext(context.Background(), "git", args...).Run() != nil
}

// refusal is why a release cannot be brought back. Nothing was touched.
type refusal struct {
	to       releases.Record
	problems []string
}

func (r refusal) Error() string {
	return fmt.Sprintf("cannot roll back to %s:\n  %s", describe(r.to), strings.Join(r.problems, "\n  "))
}

// possible reports all that stands against bringing a release back.
func possible(to releases.Record, migrated []releases.Record) error {
	var problems []string
	if to.Revision == releases.Unknown || to.Dirty {
		problems = append(problems, "it was deployed from source that is in no commit")
	}
	if to.Settings == "" {
		problems = append(problems, "its settings were not in the stack's file, so they were not recorded")
	}
	for _, newer := range to.Refuses(migrated...) {
		problems = append(problems, newer+": go forward with a fix, or restore a backup first")
	}
	if len(problems) > 0 {
		return refusal{to, problems}
	}
	return nil
}
