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
		failure = verify(ctx, j.stack, j.url)
	}
	if failure == nil {
		return j.tell(ctx, "deployed", started)
	}
	if len(before) == 0 {
		return fmt.Errorf("%w\nthere is no release to go back to: mend it and deploy again", failure)
	}
	fmt.Fprintf(j.out, "\n%v\n\nthe deployment failed: going back to %s\n", failure, describe(before[0]))
	attempted, err := releases.Schema(j.stack.Dir)
	if err == nil {
		err = j.goBack(ctx, before[0], attempted)
	}
	if err != nil {
		return errors.Join(failure, fmt.Errorf("the rollback failed too: %w", err))
	}
	return fmt.Errorf("the deployment failed and %s serves again: %w", describe(before[0]), failure)
}

// verify waits until what was declared runs, and tries the shop.
func verify(ctx context.Context, s stack.Stack, url string) error {
	outputs, err := s.Outputs(ctx)
	if err != nil {
		return err
	}
	client, err := api.Open("")
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, rolloutLimit)
	defer cancel()
	if err := rollout.Wait(limited, client, outputs.Namespace); err != nil {
		return err
	}
	if url == "" && len(outputs.URLs) > 0 {
		url = outputs.URLs[0]
	}
	if url == "" {
		return errors.New("the stack's outputs name no URL to try: give one with URL=https://…")
	}
	return smoke.Test(ctx, url)
}

// tell says what runs now, here and to whoever wants to be told.
func (j job) tell(ctx context.Context, what string, started time.Time) error {
	records, err := j.stack.Releases(ctx)
	if err != nil {
		return err
	}
	if len(records) == 0 {
		return errors.New("the stack has no record of its release")
	}
	text := fmt.Sprintf("%s: %s %s in %s", j.stack.Name, what, describe(records[0]), time.Since(started).Round(time.Second))
	fmt.Fprintln(j.out, text)
	return notify.Send(ctx, text)
}

func describe(r releases.Record) string {
	return fmt.Sprintf("release %.12s of %s by %s (settings %s)", r.Revision, r.Time.Format("2006-01-02 15:04"), r.By, r.SettingsHash)
}
