package health_test

import (
	"context"
	"errors"
	"testing"

	"github.com/techcommerce/platform/apps/internal/health"
)

func TestChecksNameWhatFails(t *testing.T) {
	t.Parallel()
	checks := health.New()
	checks.Set("store", func(context.Context) error { return errors.New("gone") })
	checks.Set("other", func(context.Context) error { return nil })
	got := checks.Problems(t.Context())
	if len(got) != 1 || got["store"] == nil || got["store"].Error() != "gone" {
		t.Errorf("Problems = %v, want the store only", got)
	}
}

func TestChecksAreReadyWithoutAny(t *testing.T) {
	t.Parallel()
	if got := health.New().Problems(t.Context()); len(got) != 0 {
		t.Errorf("Problems = %v, want none", got)
	}
}

func TestChecksRememberAnswers(t *testing.T) {
	t.Parallel()
	asked := 0
	checks := health.New()
	checks.Set("store", func(context.Context) error { asked++; return nil })
	for range 5 {
		checks.Problems(t.Context())
	}
	if asked != 1 {
		t.Errorf("five questions within a second asked the store %d times, want once", asked)
	}
}

func TestChecksOutliveAnImpatientCaller(t *testing.T) {
	t.Parallel()
	checks := health.New()
	checks.Set("store", func(ctx context.Context) error { return ctx.Err() })
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if got := checks.Problems(cancelled); len(got) != 0 {
		t.Errorf("Problems for a caller that left = %v, want none", got)
	}
}

func TestChecksDrainForGood(t *testing.T) {
	t.Parallel()
	checks := health.New()
	checks.Drain()
	if got := checks.Problems(t.Context()); got["draining"] == nil {
		t.Errorf("Problems = %v, want draining", got)
	}
}
