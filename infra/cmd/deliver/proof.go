package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/running"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/smoke"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/stack"
	"github.com/techcommerce/platform/infra/releases"
	"github.com/techcommerce/platform/infra/rollout"
)

// rolloutLimit bounds the wait for pods; a rollout that stands still ends it much earlier, by the stack's own deadline.
const rolloutLimit = 20 * time.Minute

// errNotAsDeclared is that the cluster has something else than the stack says, though Pulumi found nothing to do.
var errNotAsDeclared = errors.New("what runs is not what was declared")

// applyAndProve updates the stack and proves that what runs is what was declared. Where it is not, as after an update that was cut
// off before its state was saved, the state is made what the cluster has, and the stack is updated again.
func (o *operation) applyAndProve(ctx context.Context, s stack.Stack, refresh bool) error {
	err := s.Up(ctx, refresh)
	if err == nil {
		err = o.prove(ctx, s)
	}
	if errors.Is(err, errNotAsDeclared) && !refresh {
		fmt.Fprintf(o.out, "\n%v\n\nagain, from what the cluster has\n", err)
		again := s.Up(ctx, true)
		if again != nil { // the first one has changed something, whatever became of the second
			return fmt.Errorf("%w; putting that right failed: %v", err, again)
		}
		err = o.prove(ctx, s)
	}
	return err
}

// verify proves that the stack's newest release runs, and tries the shop.
func verify(ctx context.Context, j job) error {
	o := &operation{job: j, started: time.Now(), unlock: func() {}}
	if err := j.checkAddress(); err != nil {
		return err
	}
	if err := o.open(ctx); err != nil {
		return err
	}
	if err := o.prove(ctx, j.stack); err != nil {
		return err
	}
	return o.smokeTest(ctx, j.stack)
}

// prove waits for the rollouts, and compares what runs with the newest record and with every object that was declared.
func (o *operation) prove(ctx context.Context, s stack.Stack) error {
	outputs, err := s.Outputs(ctx)
	if err != nil {
		return err
	}
	records, err := releases.Parse(outputs.Releases)
	if err != nil {
		return err
	}
	if len(records) == 0 {
		return errors.New("the stack has no record of its release")
	}
	limited, cancel := context.WithTimeoutCause(ctx, rolloutLimit, fmt.Errorf("not done after %s", rolloutLimit))
	defer cancel()
	if err := rollout.Wait(limited, o.client, outputs.Namespace, o.progress); err != nil {
		return err
	}
	state, err := s.State(ctx)
	if err != nil {
		return err
	}
	now, err := running.Read(ctx, o.client.Patient(time.Minute), outputs.Namespace, state.Resources)
	if err != nil {
		return err
	}
	if differs := now.Differs(records[0]); len(differs) > 0 {
		return fmt.Errorf("%w:\n  %s", errNotAsDeclared, strings.Join(differs, "\n  "))
	}
	o.progress(fmt.Sprintf("every image and setting that runs is release %.12s's", records[0].Revision))
	for _, c := range now.Undeclared() {
		o.progress("left alone, since nobody declares it: " + c.Sentence())
	}
	return nil
}

// smokeTest tries the shop.
func (o *operation) smokeTest(ctx context.Context, s stack.Stack) error {
	outputs, err := s.Outputs(ctx)
	if err != nil {
		return err
	}
	shop, err := o.shop(outputs)
	if err != nil {
		return err
	}
	o.progress("trying the shop at " + shop.Name)
	return smoke.Test(ctx, shop, o.within)
}

func (o *operation) progress(text string) { fmt.Fprintln(o.out, "  "+text) }
