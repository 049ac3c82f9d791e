package canary

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Reading is what a service's pods have counted so far.
type Reading struct {
	// Canary and Old are by pod.
	Canary, Old map[string]Sample
	// CanaryProbes and OldProbes are what the deployment's own requests have met.
	CanaryProbes, OldProbes Sample
	// Ready says that the canary's pod takes requests.
	Ready bool
	// Restarts are those of the canary's containers.
	Restarts int
}

// Source reads the pods of one service.
type Source interface {
	Read(context.Context) (Reading, error)
	// Explain says what stands in the canary's way.
	Explain(context.Context) string
}

// Watch judges the canaries of several services at once, from the moment that they are started.
type Watch struct {
	Limits Limits
	// For is how long they serve at least, from when all of them are ready. Clients keep their connections to the old pods
	// for a while, so it is up to Patience times as long while a canary has had fewer requests than it is judged by and the
	// old pods have had as many.
	For time.Duration
	// Start is how long they may take to become ready.
	Start time.Duration
	// Sources are the services' by name.
	Sources map[string]Source
	// Progress is told what is seen.
	Progress func(string)
	// Every is how often they are read, Blind how long one that was ready may tell nothing, or not be ready, before it has
	// failed.
	Every, Blind time.Duration
}

// Failed is the verdict on a canary that must go.
type Failed struct {
	Service string
	Reasons []string
}

func (f *Failed) Error() string {
	return fmt.Sprintf("the canary of %s %s", f.Service, strings.Join(f.Reasons, ", and "))
}

// seen is what is known of one service.
type seen struct {
	service string
	source  Source
	// first is what was counted when the canary became ready: it and the old pods are compared from then on.
	first, last Reading
	// ready says that the canary has taken requests.
	ready bool
	// lastGood is when it was read and ready.
	lastGood time.Time
	// failure is why it could not be read the last time, or that it was not ready any more.
	failure error
}

// errNotReady is why a canary that was ready must go: Kubernetes has taken it out of its Service, so no customer and no
// request of the deployment says anything of it.
var errNotReady = errors.New("is not ready any more")

// Run returns when the time is over and nothing speaks against any canary, or at once with a Failed when something does.
func (w Watch) Run(ctx context.Context) error {
	all := w.services()
	started := time.Now()
	var ready time.Time // when the last of them was
	for {
		if err := w.readAll(ctx, all); err != nil {
			return err
		}
		now := time.Now()
		switch waiting := slices.IndexFunc(all, func(s *seen) bool { return !s.ready }); {
		case waiting >= 0 && now.Sub(started) >= w.Start:
			return w.notReady(ctx, all[waiting])
		case waiting < 0 && ready.IsZero():
			ready = now
			w.Progress("ready, and watched for " + w.For.String() + " beside the old pods")
		}
		// The last reading counts: a canary that has just stopped telling anything is waited for.
		blind := slices.ContainsFunc(all, func(s *seen) bool { return s.failure != nil })
		if !ready.IsZero() && !blind && w.enough(all, now.Sub(ready)) {
			w.conclude(all)
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(w.Every):
		}
	}
}

// Patience is how many times longer than wanted a canary is watched that customers have yet to reach.
const Patience = 3

// enough says whether the canaries have been watched for long enough.
func (w Watch) enough(all []*seen, watched time.Duration) bool {
	if watched < w.For {
		return false
	}
	return watched >= Patience*w.For || !slices.ContainsFunc(all, func(s *seen) bool {
		canary, old := s.counted()
		return canary.Requests < w.Limits.Requests && old.Requests >= w.Limits.Requests
	})
}

func (w Watch) services() []*seen {
	var all []*seen
	for _, service := range slices.Sorted(maps.Keys(w.Sources)) {
		all = append(all, &seen{service: service, source: w.Sources[service]})
	}
	return all
}

// readAll takes one reading of each service and judges it.
func (w Watch) readAll(ctx context.Context, all []*seen) error {
	var reading sync.WaitGroup
	for _, s := range all {
		reading.Go(func() { s.read(ctx) })
	}
	reading.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for _, s := range all {
		if err := w.judge(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (s *seen) read(ctx context.Context) {
	reading, err := s.source.Read(ctx)
	if err == nil && s.ready && len(reading.Canary) == 0 {
		err = errors.New("it has no pod any more")
	}
	if s.failure = err; err != nil {
		return
	}
	if !s.ready {
		s.first = Reading{Old: map[string]Sample{}, OldProbes: reading.OldProbes}
	}
	for pod, sample := range reading.Old {
		if _, known := s.first.Old[pod]; !known { // what it has counted in its life says nothing of this time
			s.first.Old[pod] = sample
		}
	}
	s.last = reading
	if s.ready && !reading.Ready {
		s.failure = errNotReady
		return
	}
	s.ready, s.lastGood = reading.Ready, time.Now()
}

func (w Watch) judge(ctx context.Context, s *seen) error {
	if s.failure != nil {
		return w.judgeSilence(ctx, s)
	}
	canary, old := s.counted()
	reasons := append(w.Limits.Judge(canary, old, s.last.Restarts),
		w.Limits.JudgeProbes(s.last.CanaryProbes, s.last.OldProbes.Since(s.first.OldProbes))...)
	if len(reasons) == 0 {
		return nil
	}
	if s.last.Restarts > 0 {
		reasons = append(reasons, explained(s.source.Explain(ctx))...)
	}
	return &Failed{s.service, reasons}
}

// judgeSilence waits a while for a canary that was ready and is not, or that cannot be read.
func (w Watch) judgeSilence(ctx context.Context, s *seen) error {
	if !s.ready || time.Since(s.lastGood) < w.Blind {
		return nil
	}
	reason := "cannot be judged: " + s.failure.Error()
	if errors.Is(s.failure, errNotReady) {
		reason = s.failure.Error()
	}
	return &Failed{s.service, append([]string{reason}, explained(s.source.Explain(ctx))...)}
}

func (w Watch) notReady(ctx context.Context, s *seen) error {
	reasons := append([]string{"was not ready after " + w.Start.String()}, explained(s.source.Explain(ctx))...)
	if s.failure != nil {
		reasons = append(reasons, "cannot be read: "+s.failure.Error())
	}
	return &Failed{s.service, reasons}
}

func explained(text string) []string {
	if text == "" {
		return nil
	}
	return []string{"this is what the cluster says:\n" + text}
}

// counted is what the canary has counted in its life, and the old pods since it became ready, or since they were first read.
func (s *seen) counted() (canary, old Sample) {
	for _, sample := range s.last.Canary {
		canary = canary.Plus(sample)
	}
	for pod, sample := range s.last.Old {
		old = old.Plus(sample.Since(s.first.Old[pod]))
	}
	return canary, old
}

// conclude says what the verdict rests on: where there were no customers, on the deployment's own requests alone.
func (w Watch) conclude(all []*seen) {
	for _, s := range all {
		canary, old := s.counted()
		text := fmt.Sprintf("the canary of %s did as well as the old pods: %.0f requests, %.0f of them 5xx; the old pods %.0f and %.0f",
			s.service, canary.Requests, canary.Errors, old.Requests, old.Errors)
		if canary.Requests < fewest {
			text = fmt.Sprintf("the canary of %s has had %.0f requests, too few to judge; it answered %.0f of %.0f requests of the "+
				"deployment itself", s.service, canary.Requests, s.last.CanaryProbes.Requests-s.last.CanaryProbes.Errors, s.last.CanaryProbes.Requests)
		}
		w.Progress(text)
	}
}
