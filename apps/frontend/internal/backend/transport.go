package backend

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/header"
	"github.com/techcommerce/platform/apps/internal/rest"
)

const (
	attempts    = 3
	firstPause  = 50 * time.Millisecond
	tripAfter   = 5
	tripFor     = 2 * time.Second
	drainAtMost = 64 << 10
	// slow is a wait that a visitor notices.
	slow = time.Second
)

// transport is the way to one backend, for pages and for the proxy alike: one line for each class of requests.
type transport map[string]*line

// NewTransport guards next, the way to the backend of this name, which may have so many requests under way.
func NewTransport(name string, connections int, next http.RoundTripper, log *slog.Logger) http.RoundTripper {
	t := transport{}
	for _, c := range classes {
		t[c.name] = newLine(name, c, max(connections/c.part, 1), next, log)
	}
	return t
}

// RoundTrip sends a request on the line of its class.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t[classOf(r)].send(r) }

// line tries again what may be tried again, and stops asking a backend that does not answer, so that pages are quick
// again while it is away.
type line struct {
	class   class
	next    http.RoundTripper
	room    *room
	budget  *budget
	breaker *gobreaker.CircuitBreaker[*http.Response]
}

func newLine(backend string, c class, places int, next http.RoundTripper, log *slog.Logger) *line {
	return &line{
		class: c, next: next, room: newRoom(places), budget: newBudget(),
		breaker: gobreaker.NewCircuitBreaker[*http.Response](gobreaker.Settings{
			Name:        backend + " " + c.name,
			Timeout:     tripFor,
			ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= tripAfter },
			IsExcluded:  saysNothing,
			OnStateChange: func(name string, from, to gobreaker.State) {
				log.Warn("circuit breaker changed", "backend", name, "from", from.String(), "to", to.String())
			},
		}),
	}
}

// Failures that only the breaker sees.
var (
	// errHurried is a call whose own deadline was too short to tell anything of the backend.
	errHurried = errors.New("the deadline was short")
	// errSlowRefusal is an answer that took as long as silence and is worth no more.
	errSlowRefusal = errors.New("refused after a long wait")
)

// saysNothing says whether a failure leaves open if the backend answers: the visitor went away or gave it no time, or
// the host refused at once, as it does for a Service whose first pod is just becoming ready. None cost a wait.
func saysNothing(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, errHurried)
}

// send sends the request until it is answered, at most a few times. A call that ran into its deadline is not repeated:
// the visitor has waited enough, and a backend that is slow needs less to do.
func (l *line) send(r *http.Request) (*http.Response, error) {
	if err := l.room.enter(r.Context()); err != nil {
		if errors.Is(err, errFull) {
			rest.NoteShed(r.Context(), contract.ShedBackend)
		}
		return nil, err
	}
	leave := sync.OnceFunc(l.room.leave)
	response, err := l.attempt(r)
	if err != nil {
		leave()
		return nil, err
	}
	// The place is held until the answer is read: a backend may be slow in the middle of one, too.
	response.Body = &held{ReadCloser: response.Body, leave: leave}
	return response, nil
}

func (l *line) attempt(r *http.Request) (*http.Response, error) {
	l.budget.pay()
	pause := firstPause
	for attempt := 1; ; attempt++ {
		response, err := l.once(r)
		if attempt == attempts || !l.repeatable(r, err) || !worthRepeating(r, response, err) || !l.budget.spend() {
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

// once sends the request if the breaker lets it. Only waiting in vain counts: an answer that came soon, a 500 too, cost
// no wait that the breaker would save.
func (l *line) once(r *http.Request) (*http.Response, error) {
	response, err := l.breaker.Execute(func() (*http.Response, error) {
		begun := time.Now()
		response, err := l.next.RoundTrip(r)
		waited := time.Since(begun) >= slow
		switch {
		case err != nil && !waited && errors.Is(err, context.DeadlineExceeded):
			err = errors.Join(err, errHurried)
		case err == nil && waited && response.StatusCode >= http.StatusInternalServerError:
			err = errSlowRefusal
		}
		return response, err
	})
	if errors.Is(err, errSlowRefusal) {
		err = nil
	}
	return response, err
}

// held is an answer's body with the place that reading it takes.
type held struct {
	io.ReadCloser
	leave func()
}

func (h *held) Close() error {
	defer h.leave()
	return h.ReadCloser.Close()
}

// repeatable says whether sending the request twice does what sending it once does, and whether we can.
func (l *line) repeatable(r *http.Request, err error) bool {
	if r.Body != nil && r.Body != http.NoBody && r.GetBody == nil {
		return false
	}
	return reading(r) || l.class.keyed && r.Header.Get(header.IdempotencyKey) != "" || unsent(err)
}

// unsent says whether the request cannot have reached the backend, because there was no connection to send it on.
func unsent(err error) bool {
	var dial *net.OpError
	return errors.As(err, &dial) && dial.Op == "dial"
}

// worthRepeating says whether another attempt may end better. An order that was answered, however badly, is left to
// the customer, who sees what happened; a backend that says when to come back is not asked before.
func worthRepeating(r *http.Request, response *http.Response, err error) bool {
	if err != nil {
		return r.Context().Err() == nil &&
			!errors.Is(err, gobreaker.ErrOpenState) && !errors.Is(err, gobreaker.ErrTooManyRequests)
	}
	switch response.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return reading(r) && response.Header.Get("Retry-After") == ""
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

// NotAsked reports whether a call that failed cannot have reached the backend, so that nothing can have come of it.
func NotAsked(err error) bool {
	return unsent(err) || errors.Is(err, errFull) ||
		errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests)
}
