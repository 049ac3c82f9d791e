package backend

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/sony/gobreaker/v2"
)

const (
	attempts     = 3
	firstPause   = 50 * time.Millisecond
	tripAfter    = 5
	tripFor      = 2 * time.Second
	drainAtMost  = 64 << 10
	keyedByCalls = "Idempotency-Key"
)

// transport is the way to one backend, for pages and for the proxy alike. It tries again what may be tried again and
// stops asking a backend that does not answer, so that pages are quick again while it is away.
type transport struct {
	next    http.RoundTripper
	breaker *gobreaker.CircuitBreaker[*http.Response]
}

// NewTransport guards next, the way to the backend of this name.
func NewTransport(name string, next http.RoundTripper, log *slog.Logger) http.RoundTripper {
	return &transport{next: next, breaker: gobreaker.NewCircuitBreaker[*http.Response](gobreaker.Settings{
		Name:    name,
		Timeout: tripFor,
		// Only silence counts. Any answer, a 500 too, came without a wait that the breaker would save.
		ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= tripAfter },
		IsExcluded:  saysNothing,
		OnStateChange: func(name string, from, to gobreaker.State) {
			log.Warn("circuit breaker changed", "backend", name, "from", from.String(), "to", to.String())
		},
	})}
}

// saysNothing says whether a failure leaves open if the backend answers: the visitor went away, or the host refused at
// once, as it does for a Service whose first pod is just becoming ready. Neither cost a wait.
func saysNothing(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, syscall.ECONNREFUSED)
}

// RoundTrip sends the request until it is answered, at most a few times. A call that ran into its deadline is not
// repeated: the visitor has waited enough, and a backend that is slow needs less to do.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		response, err := t.breaker.Execute(func() (*http.Response, error) { return t.next.RoundTrip(r) })
		if attempt == attempts || !repeatable(r, err) || !worthRepeating(r, response, err) {
			return response, err
		}
		again, rewindErr := rewound(r)
		if rewindErr != nil || !sleep(r.Context(), rand.N(pause)) {
			return response, err
		}
		discard(response)
		r, pause = again, 2*pause
	}
}

// repeatable says whether sending the request twice does what sending it once does, and whether we can.
func repeatable(r *http.Request, err error) bool {
	if r.Body != nil && r.Body != http.NoBody && r.GetBody == nil {
		return false
	}
	return reading(r) || r.Header.Get(keyedByCalls) != "" || unsent(err)
}

// unsent says whether the request cannot have reached the backend, because there was no connection to send it on.
func unsent(err error) bool {
	var dial *net.OpError
	return errors.As(err, &dial) && dial.Op == "dial"
}

// worthRepeating says whether another attempt may end better. An order that was answered, however badly, is left to
// the customer, who sees what happened.
func worthRepeating(r *http.Request, response *http.Response, err error) bool {
	if err != nil {
		return r.Context().Err() == nil &&
			!errors.Is(err, gobreaker.ErrOpenState) && !errors.Is(err, gobreaker.ErrTooManyRequests)
	}
	switch response.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return reading(r)
	}
	return false
}

func reading(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// rewound is the request with its body from the start again.
func rewound(r *http.Request) (*http.Request, error) {
	again := r.Clone(r.Context())
	if r.GetBody == nil {
		return again, nil
	}
	var err error
	again.Body, err = r.GetBody()
	return again, err
}

// discard lets the connection of an answer that nobody reads be used again.
func discard(response *http.Response) {
	if response == nil {
		return
	}
	// The answer is thrown away whatever happens to it.
	_, _ = io.CopyN(io.Discard, response.Body, drainAtMost)
	_ = response.Body.Close()
}

// sleep says whether the pause ended before the context did.
func sleep(ctx context.Context, pause time.Duration) bool {
	select {
	case <-time.After(pause):
		return true
	case <-ctx.Done():
		return false
	}
}
