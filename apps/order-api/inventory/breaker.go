package inventory

import (
	"context"
	"errors"
	"log/slog"
	"syscall"
	"time"

	"github.com/sony/gobreaker/v2"
)

// The breaker opens after so many calls in a row without an answer, for so long.
const (
	tripAfter = 5
	tripFor   = 2 * time.Second
)

// newBreaker stops orders from waiting for a product-api that does not answer: the first ones pay for the knowledge, the
// others are told at once and hold nothing up.
func newBreaker(log *slog.Logger) *gobreaker.CircuitBreaker[[]byte] {
	return gobreaker.NewCircuitBreaker[[]byte](gobreaker.Settings{
		Name:        "product-api",
		Timeout:     tripFor,
		ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= tripAfter },
		// Only silence counts: an answer, a refusal too, came without a wait that the breaker would save.
		IsSuccessful: func(err error) bool { return !errors.As(err, &silence{}) },
		IsExcluded:   saysNothing,
		OnStateChange: func(name string, from, to gobreaker.State) {
			log.Warn("circuit breaker changed", "backend", name, "from", from.String(), "to", to.String())
		},
	})
}

// silence is the failure of a call that was not answered, and how long it was waited for.
type silence struct {
	error
	waited time.Duration
}

func (s silence) Unwrap() error { return s.error }

// saysNothing tells failures that leave open whether product-api answers: the customer left or had hardly any time, or
// the host refused at once, as it does for a Service whose first pod is just becoming ready. None of them cost a wait,
// and no customer can have the breaker opened for the others.
func saysNothing(err error) bool {
	const wait = time.Second
	var s silence
	impatient := errors.As(err, &s) && errors.Is(err, context.DeadlineExceeded) && s.waited < wait
	return impatient || errors.Is(err, context.Canceled) || errors.Is(err, syscall.ECONNREFUSED)
}

// refusedAtOnce tells that the breaker let nothing pass.
func refusedAtOnce(err error) bool {
	return errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests)
}
