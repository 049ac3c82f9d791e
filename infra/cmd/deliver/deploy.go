package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/notify"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/smoke"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/stack"
	"github.com/techcommerce/platform/infra/internal/api"
	"github.com/techcommerce/platform/infra/releases"
	"github.com/techcommerce/platform/infra/rollout"
)

// rolloutLimit bounds the wait for pods; a rollout that stands still ends it much earlier, by the stack's own deadline.
const rolloutLimit = 20 * time.Minute

// deploy brings what is checked out to the stack. If it does not come up, or does not serve, the stack goes back to the
// release that ran before, and the command fails all the same.
func deploy(ctx context.Context, j job) error {
	started := time.Now()
	before, err := j.stack.Releases(ctx)
	if err != nil {
		return err
	}
	failure := j.stack.Run(ctx, "up", "--yes", "--skip-preview")
	if failure == nil {
		failure = j.verify(ctx, j.stack)
	}
	if failure == nil {
		return j.deployed(ctx, before, started)
	}
	tried, err := j.stack.CheckedOut()
	if err != nil {
		return errors.Join(failure, err)
	}
	news := notify.News{Outcome: notify.Failed, Release: tried, Took: time.Since(started), Why: failure.Error()}
	if len(before) == 0 {
		j.tell(ctx, j.stack, news)
		return fmt.Errorf("%w\nthere is no release to go back to: mend it and deploy again", failure)
	}
	fmt.Fprintf(j.out, "\n%v\n\nthe deployment failed: going back to %s\n", failure, describe(before[0]))
	news.Changes = tried.Since(before[0])
	err = j.goBack(ctx, before[0], tried.Schema, func(at stack.Stack) {
		news.Outcome, news.Release, news.Took = notify.Restored, before[0], time.Since(started)
		j.tell(ctx, at, news)
	})
	if err != nil {
		news.Why += "\nthe rollback failed too: " + err.Error()
		news.Took = time.Since(started)
		j.tell(ctx, j.stack, news)
		return errors.Join(failure, fmt.Errorf("the rollback failed too: %w", err))
	}
	return fmt.Errorf("the deployment failed and %s serves again: %w", describe(before[0]), failure)
}

// deployed tells of a deployment that went well.
func (j job) deployed(ctx context.Context, before []releases.Record, started time.Time) error {
	now, err := j.stack.Releases(ctx)
	if err != nil {
		return err
	}
	if len(now) == 0 {
		return errors.New("the stack has no record of its release")
	}
	news := notify.News{Outcome: notify.Deployed, Release: now[0], Took: time.Since(started)}
	if len(before) > 0 {
		news.Changes = now[0].Since(before[0])
	}
	j.tell(ctx, j.stack, news)
	return nil
}

// verify waits until what was declared runs, and tries the shop.
func (j job) verify(ctx context.Context, s stack.Stack) error {
	outputs, err := s.Outputs(ctx)
	if err != nil {
		return err
	}
	client, err := open(ctx, s)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, rolloutLimit)
	defer cancel()
	if err := rollout.Wait(limited, client, outputs.Namespace); err != nil {
		return err
	}
	url := j.url
	if url == "" && len(outputs.URLs) > 0 {
		url = outputs.URLs[0]
	}
	if url == "" {
		return errors.New("the stack's outputs name no URL to try: give one with URL=https://…")
	}
	return smoke.Test(ctx, url, j.within)
}

// open connects to the cluster that the stack's settings name.
func open(ctx context.Context, s stack.Stack) (api.Client, error) {
	settings, err := s.Settings(ctx)
	if err != nil {
		return api.Client{}, err
	}
	return api.Open(settings.Cluster.Context)
}

// tell says here what happened to the stack, and to those whom its settings name. Nobody's absence makes a deployment a
// failed one, but it is said.
func (j job) tell(ctx context.Context, at stack.Stack, news notify.News) {
	news.Stack, news.By = at.Name, j.by
	settings, err := at.Settings(ctx)
	if err == nil {
		news.Environment = settings.Environment
		err = notify.Of(settings).Tell(ctx, news)
	}
	fmt.Fprintln(j.out, "\n"+news.Text())
	if err != nil {
		fmt.Fprintf(j.out, "not everybody was told of it: %v\n", err)
	}
}

func describe(r releases.Record) string {
	return fmt.Sprintf("release %.12s of %s by %s (settings %s)", r.Revision, r.Time.Format("2006-01-02 15:04"), r.By, r.SettingsHash)
}
