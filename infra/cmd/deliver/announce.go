package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/notify"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/running"
	"github.com/techcommerce/platform/infra/releases"
)

// notifyLimit is how long telling everybody may take.
const notifyLimit = 30 * time.Second

// announce says here what happened to the stack, and to those whom its settings name, however the operation's own time
// ended. Nobody's absence makes a deployment a failed one, but it is said.
func (o *operation) announce(ctx context.Context, n notify.Notification) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), notifyLimit)
	defer cancel()
	n.Stack, n.By, n.Environment = o.stack.Name, o.by, o.settings.Environment
	if n.Took == 0 {
		n.Took = o.took()
	}
	fmt.Fprintln(o.out, "\n"+n.Text())
	if err := notify.Of(o.settings).Send(ctx, n); err != nil {
		fmt.Fprintf(o.out, "not everybody could be notified: %v\n", err)
	}
}

// whatRuns asks the cluster once more, in time of its own.
func (o *operation) whatRuns(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), reportLimit)
	defer cancel()
	now, err := running.Read(ctx, o.client.Patient(reportLimit), o.settings.Namespace, nil)
	if err != nil {
		return fmt.Sprintf("unknown, since the cluster does not say (%v)", err)
	}
	return now.Text()
}

// errInterrupted ends an operation that somebody cut off.
var errInterrupted = errors.New("interrupted")

// interrupted says what is true once an operation was cut off: what runs, what goes on rolling by itself, what to run. It
// rolls nothing back: whoever interrupts may want to look first.
func (o *operation) interrupted(ctx context.Context, tried releases.Record, failure error) error {
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), reportLimit)
	defer cancel()
	failure = errors.Join(failure, o.removeCanaries(own))
	n := notify.Notification{
		Outcome: notify.Interrupted, Tried: tried, Running: o.whatRuns(ctx), Why: firstOf(failure),
		Next: "what rolls out goes on by itself. make deploy STACK=" + o.stack.Name + " finishes it",
	}
	if len(o.records) > 0 {
		n.Changes = tried.Since(o.records[0])
		n.Next += fmt.Sprintf(", make rollback STACK=%s brings %s back", o.stack.Name, describe(o.records[0]))
	}
	o.announce(ctx, n)
	return fmt.Errorf("%w (%v): nothing was rolled back\nrunning now:\n%s\nnext: %s", errInterrupted, context.Cause(ctx), n.Running, n.Next)
}

func firstOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
