package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/canary"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/forward"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/notify"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/review"
	"github.com/techcommerce/platform/infra/internal/api"
	"github.com/techcommerce/platform/infra/internal/canaries"
	"github.com/techcommerce/platform/infra/releases"
)

const (
	// watchEvery is how often a canary is judged, blindLimit how long it may tell nothing.
	watchEvery, blindLimit = time.Second, 15 * time.Second
	// canaryLimit bounds the trial of canaries: the longest watch that settings may ask for, and the start before it.
	canaryLimit = 40 * time.Minute
	// removeLimit bounds taking canaries back, in time of its own.
	removeLimit = 3 * time.Minute
	// noCanary is the label that rolls a release out at once, such as one that must end an incident.
	noCanary = "no-canary"
)

// tryCanaries runs one pod of each service's new version beside the old ones, and judges it. Afterwards the canaries are
// still there: the update that follows removes them once its own pods serve.
func (o *operation) tryCanaries(ctx context.Context, tried releases.Record, report review.Report) error {
	limit := time.Duration(o.settings.RolloutDeadline) + canary.Patience*time.Duration(o.settings.Canary.Watch) + time.Minute
	limit = min(limit, canaryLimit)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("took longer than %s", limit))
	defer cancel()
	if err := o.removeCanaries(ctx); err != nil {
		return untried{fmt.Errorf("what an earlier deployment may have left cannot be removed: %w", err)}
	}
	services := o.canaries(report)
	switch {
	case len(services) == 0:
		return nil
	case slices.Contains(o.labels, noCanary):
		o.progress("no canary, as " + noCanary + " asks")
		return nil
	case len(o.records) == 0:
		o.progress("no canary: there is no release to compare it with")
		return nil
	}
	// It would migrate, and then the old pods, which serve on, could not be started again.
	if refused := o.records[0].Refuses(tried); len(refused) > 0 {
		o.progress("no canary: the release that runs does not start on the new schema (" + strings.Join(refused, "; ") + ")")
		return nil
	}
	o.progress("one pod first: the canary of " + strings.Join(services, ", "))
	var started []appsv1.Deployment
	for _, service := range services {
		d, err := canaries.New(report.Rolled[service])
		if err != nil {
			return untried{fmt.Errorf("no canary can try %s: %w. To roll it out at once: LABELS=%s", service, err, noCanary)}
		}
		started = append(started, d)
	}
	o.canary = true
	for _, d := range started {
		if err := canaries.Start(ctx, o.client, d); err != nil {
			return err
		}
	}
	return o.watchCanaries(ctx, services)
}

// untried is why no canary was started.
type untried struct{ error }

func (u untried) Unwrap() error { return u.error }

// removeCanaries removes what a deployment has left that was cut off.
func (o *operation) removeCanaries(ctx context.Context) error {
	removed, err := canaries.Remove(ctx, o.client.Patient(time.Minute), o.settings.Namespace)
	if len(removed) > 0 && err == nil {
		o.progress("removed: " + strings.Join(removed, ", "))
	}
	return err
}

// canaries are the services whose pods are replaced and whose settings want a canary.
func (o *operation) canaries(report review.Report) []string {
	return slices.DeleteFunc(o.settings.Canaries(), func(name string) bool { return report.Rolled[name] == nil })
}

// watchCanaries judges them.
func (o *operation) watchCanaries(ctx context.Context, services []string) error {
	c := o.settings.Canary
	w := canary.Watch{
		For: time.Duration(c.Watch.Seconds()) * time.Second, Start: time.Duration(o.settings.RolloutDeadline),
		Every: watchEvery, Blind: blindLimit, Progress: o.progress, Sources: map[string]canary.Source{},
		Limits: canary.Limits{
			Requests: float64(c.Requests), Errors: float64(c.Errors), Orders: float64(c.Orders), Latency: float64(c.Latency),
		},
	}
	for _, service := range services {
		source, stop := o.watch(o, service)
		defer stop()
		w.Sources[service] = source
	}
	return w.Run(ctx)
}

// watchPods reads a service's pods through port-forwards.
func watchPods(o *operation, service string) (canary.Source, func()) {
	config, err := api.Config(o.settings.Cluster.Context)
	if err != nil {
		return unreadable{err}, func() {}
	}
	pods := &canary.Pods{Client: o.client, Forward: forward.Pods{
		Config: config, Namespace: o.settings.Namespace, App: service, Port: contract.InternalPort,
	}}
	for _, one := range contract.Services() {
		if one.Name == service {
			pods.Port = one.Port
		}
	}
	return pods, pods.Close
}

// unreadable is a service that cannot be asked.
type unreadable struct{ error }

func (u unreadable) Read(context.Context) (canary.Reading, error) { return canary.Reading{}, u }

func (u unreadable) Explain(context.Context) string { return "" }

// notPromoted ends a deployment whose canaries were not judged good: they go, whoever cut it off, and the old pods, which
// nobody has touched, run on.
func (o *operation) notPromoted(ctx context.Context, tried releases.Record, failure error) error {
	const what = "not deployed"
	if errors.As(failure, &untried{}) {
		if ctx.Err() != nil {
			failure = errInterrupted
		}
		return o.untouched(what, failure)
	}
	fmt.Fprintf(o.out, "\nthe canary is taken back: %v\n", failure)
	n := o.notificationOf(tried, failure) // the records are read anew below
	own, cancel := removal(ctx)
	defer cancel()
	now, err := o.afterCanaries(own)
	if err != nil {
		return o.notRemoved(ctx, n, failure, err)
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w while the canary was watched. It is removed, and runs as before: %s", what, errInterrupted, describe(now))
	}
	n.Outcome, n.Release = notify.Restored, now
	n.Next = "fix it and deploy again"
	o.announce(ctx, n)
	return fmt.Errorf("%s: %w\nthe canary is removed; %s runs on", what, failure, describe(now))
}

// endUnstarted ends a deployment whose update did not begin. Its canaries were judged good and wait for it, so they go.
func (o *operation) endUnstarted(ctx context.Context, tried releases.Record, failure error) error {
	if ctx.Err() != nil {
		failure = errInterrupted
	}
	if !o.canary {
		return o.untouched("not deployed", failure)
	}
	own, cancel := removal(ctx)
	defer cancel()
	if err := o.removeCanaries(own); err != nil {
		return o.notRemoved(ctx, o.notificationOf(tried, failure), failure, err)
	}
	return o.untouched("not deployed", failure)
}

// removal is the time to remove canaries in, whoever cut the deployment off.
func removal(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(context.WithoutCancel(ctx), removeLimit, fmt.Errorf("took longer than %s", removeLimit))
}

// notRemoved ends a deployment that has left a canary.
func (o *operation) notRemoved(ctx context.Context, n notify.Notification, failure, why error) error {
	return o.reportUnresolved(ctx, n, failure, fmt.Errorf("the canary was not removed: %w", why))
}

// notificationOf is that of a release whose canary was started and that is not deployed.
func (o *operation) notificationOf(tried releases.Record, failure error) notify.Notification {
	return notify.Notification{Outcome: notify.Failed, Tried: tried, Why: failure.Error(), Changes: tried.Since(o.records[0])}
}

// afterCanaries removes them, and is the release that runs: the one before, or what somebody deployed meanwhile. What was
// not as declared before the deployment still is not, and is said.
func (o *operation) afterCanaries(ctx context.Context) (releases.Record, error) {
	if err := o.removeCanaries(ctx); err != nil {
		return releases.Record{}, err
	}
	if err := o.read(ctx); err != nil {
		return releases.Record{}, err
	}
	if left := o.running.Canaries(); len(left) > 0 {
		return releases.Record{}, fmt.Errorf("the cluster still has %s", strings.Join(left, ", "))
	}
	if len(o.records) == 0 {
		return releases.Record{}, errors.New("the stack has no record of its release any more")
	}
	for _, differs := range o.running.Differs(o.records[0]) {
		o.progress("not as declared, as before: " + differs)
	}
	return o.records[0], nil
}
