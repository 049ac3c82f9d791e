package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/notify"
	"github.com/techcommerce/platform/infra/releases"
)

// deploy brings what is checked out to the stack, and proves that it runs and serves. If it does not, the stack is rolled
// back to the release that ran before, and the command fails all the same. What never began is not rolled back.
func deploy(ctx context.Context, j job) error {
	const what = "not deployed"
	o, err := j.begin(ctx, "a deployment")
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	defer o.end()
	if err := o.checkImages(); err != nil {
		return o.untouched(what, err)
	}
	tried, err := o.stack.CheckedOut()
	if err != nil {
		return o.untouched(what, err)
	}
	if err := o.checkOrder(tried); err != nil {
		return o.untouched(what, err)
	}
	if err := o.checkMigrations(tried); err != nil {
		return o.untouched(what, err)
	}
	report, err := o.approve(ctx, o.stack, o.mustRefresh(), o.labels)
	if err != nil {
		return o.untouched(what, err)
	}
	if err := o.backUp(ctx, tried); err != nil {
		return o.untouched(what, err)
	}
	o.reportOverwritten()
	if err := o.tryCanaries(ctx, tried, report); err != nil {
		return o.notPromoted(ctx, tried, err)
	}
	forward, cancel := context.WithTimeoutCause(ctx, forwardLimit, fmt.Errorf("took longer than %s", forwardLimit))
	defer cancel()
	failure := o.applyAndProve(forward, o.stack, o.mustRefresh())
	if failure == nil {
		failure = o.smokeTest(forward, o.stack)
	}
	switch {
	case failure == nil:
		return o.deployed(ctx)
	case notStarted(failure):
		return o.endUnstarted(ctx, tried, failure)
	case ctx.Err() != nil:
		return o.interrupted(ctx, tried, failure)
	}
	return o.rollBackFailed(ctx, tried, failure)
}

// older is the label that allows older code over newer.
const older = "allow-older"

// checkOrder refuses code that came before what runs: a job that was started again, or that waited for long, would undo
// what was deployed since. make rollback does that, and says so.
func (o *operation) checkOrder(tried releases.Record) error {
	if len(o.records) == 0 || slices.Contains(o.labels, older) {
		return nil
	}
	now := o.records[0].Revision
	if now == tried.Revision || !o.stack.Precedes(tried.Revision, now) {
		return nil
	}
	return fmt.Errorf("the checkout (%.12s) is older than what runs (%.12s). To bring it back: make rollback STACK=%s TO=%.12s; "+
		"to deploy it all the same: LABELS=%s", tried.Revision, now, o.stack.Name, tried.Revision, older)
}

// rollBackFailed rolls a deployment back that failed.
func (o *operation) rollBackFailed(ctx context.Context, tried releases.Record, failure error) error {
	n := notify.Notification{Outcome: notify.Failed, Tried: tried, Why: failure.Error()}
	fmt.Fprintf(o.out, "\nthe deployment failed: %v\n", failure)
	if err := o.removeCanaries(ctx); err != nil {
		failure = errors.Join(failure, err)
	}
	to, err := o.previous(ctx, tried)
	if err != nil {
		return o.reportUnresolved(ctx, n, failure, err)
	}
	n.Changes = tried.Since(to)
	limited, cancel := context.WithTimeoutCause(ctx, rollbackLimit, fmt.Errorf("took longer than %s", rollbackLimit))
	defer cancel()
	fmt.Fprintf(o.out, "\nrolling back to %s\n", describe(to))
	err = o.rollBackTo(limited, to, rollBack{migrated: []releases.Record{tried}, refresh: true})
	if ctx.Err() != nil {
		return o.interrupted(ctx, tried, errors.Join(failure, err))
	}
	if err != nil {
		return o.reportUnresolved(ctx, n, failure, fmt.Errorf("the rollback failed too: %w", err))
	}
	n.Outcome, n.Release = notify.Restored, to
	n.Next = "fix it and deploy again; until then the checkout would bring it back"
	o.announce(ctx, n)
	return fmt.Errorf("the deployment failed: %w\n%s runs again, verified", failure, describe(to))
}

// previous is the release that a failed deployment is rolled back to: the one that ran before it.
func (o *operation) previous(ctx context.Context, tried releases.Record) (releases.Record, error) {
	if len(o.records) == 0 {
		return releases.Record{}, errors.New("there is no release to roll back to")
	}
	outputs, err := o.stack.Outputs(ctx)
	if err != nil {
		return releases.Record{}, err
	}
	now, err := releases.Parse(outputs.Releases)
	if err != nil {
		return releases.Record{}, err
	}
	if len(now) > 0 && !now[0].Same(o.records[0]) && now[0].Revision != tried.Revision {
		return releases.Record{}, fmt.Errorf("%s was deployed meanwhile, so nothing is rolled back", describe(now[0]))
	}
	if tried.Revision == o.records[0].Revision && tried.Settings == o.records[0].Settings && len(tried.Since(o.records[0])) == 0 {
		return releases.Record{}, errors.New("it is the release that ran before, so there is nothing to roll back")
	}
	return o.records[0], nil
}

// reportUnresolved ends a deployment after which no verified release runs: it says what does, and what to do.
func (o *operation) reportUnresolved(ctx context.Context, n notify.Notification, failure, why error) error {
	n.Running = o.whatRuns(ctx)
	n.Why += "\n" + why.Error()
	n.Next = "fix what failed and run make deploy STACK=" + o.stack.Name + " again"
	if len(o.records) > 0 {
		n.Next += ", or make rollback STACK=" + o.stack.Name
	}
	o.announce(ctx, n)
	return fmt.Errorf("%w\n%w\nrunning now:\n%s\nnext: %s", failure, why, n.Running, n.Next)
}

// deployed tells of a deployment that went well.
func (o *operation) deployed(ctx context.Context) error {
	outputs, err := o.stack.Outputs(ctx)
	if err != nil {
		return err
	}
	now, err := releases.Parse(outputs.Releases)
	if err != nil {
		return err
	}
	if len(now) == 0 {
		return errors.New("the stack has no record of its release")
	}
	n := notify.Notification{Outcome: notify.Deployed, Release: now[0]}
	if len(o.records) > 0 {
		n.Changes = now[0].Since(o.records[0])
	}
	o.announce(ctx, n)
	return nil
}

// took is how long the operation has gone on.
func (o *operation) took() time.Duration { return time.Since(o.started) }
