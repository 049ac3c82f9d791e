package backend_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/techcommerce/platform/apps/frontend/internal/backend"
)

// way is the way to a backend, as a func.
type way func(*http.Request) (*http.Response, error)

func (w way) RoundTrip(r *http.Request) (*http.Response, error) { return w(r) }

var errNobody = errors.New("nobody there")

// outcomes answers one request after the other with these statuses; 0 is no answer. The last one repeats.
func outcomes(asked *int, statuses ...int) way {
	return func(r *http.Request) (*http.Response, error) {
		status := statuses[min(*asked, len(statuses)-1)]
		*asked++
		if r.Body != nil {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return nil, err
			}
		}
		if status == 0 {
			return nil, errNobody
		}
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
	}
}

func mustRequest(t *testing.T, method, body, key string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://backend.test/api/orders", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	return r
}

func newTransport(next http.RoundTripper) http.RoundTripper {
	return backend.NewTransport("test", 100, next, slog.New(slog.DiscardHandler))
}

// status is an answer's status, 0 if there is none.
func status(t *testing.T, way http.RoundTripper, r *http.Request) int {
	t.Helper()
	response, err := way.RoundTrip(r)
	if err != nil {
		return 0
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode
}

func TestRepeats(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		method, key string
		outcomes    []int
		want, asked int
	}{
		{name: "not what went well", method: "GET", outcomes: []int{200}, want: 200, asked: 1},
		{name: "a read that nobody answered", method: "GET", outcomes: []int{0, 200}, want: 200, asked: 2},
		{name: "a read from a backend that restarts", method: "GET", outcomes: []int{503, 502, 200}, want: 200, asked: 3},
		{name: "a read three times at most", method: "GET", outcomes: []int{503}, want: 503, asked: 3},
		{name: "not what was refused", method: "GET", outcomes: []int{404}, want: 404, asked: 1},
		{name: "not what broke", method: "GET", outcomes: []int{500}, want: 500, asked: 1},
		{name: "not a write", method: "POST", outcomes: []int{0, 201}, want: 0, asked: 1},
		{name: "a keyed write that nobody answered", method: "POST", key: "k", outcomes: []int{0, 201}, want: 201, asked: 2},
		{name: "not a keyed write that was answered", method: "POST", key: "k", outcomes: []int{503}, want: 503, asked: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				got := status(t, newTransport(outcomes(&asked, tt.outcomes...)), mustRequest(t, tt.method, "body", tt.key))
				if got != tt.want || asked != tt.asked {
					t.Errorf("%s: got %d after %d attempts, want %d after %d", tt.method, got, asked, tt.want, tt.asked)
				}
			})
		})
	}
}

func TestRepeatsAWriteThatCannotHaveArrived(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		answer := outcomes(&asked, 201)
		refused := &net.OpError{Op: "dial", Net: "tcp", Err: errNobody}
		first := true
		way := way(func(r *http.Request) (*http.Response, error) {
			if first {
				first = false
				return nil, refused
			}
			return answer(r)
		})
		if got := status(t, newTransport(way), mustRequest(t, "POST", "body", "")); got != 201 {
			t.Errorf("a write that found no connection at first: got %d, want 201", got)
		}
	})
}

func TestRepeatedWriteHasItsBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var bodies []string
		next := way(func(r *http.Request) (*http.Response, error) {
			body, err := io.ReadAll(r.Body)
			bodies = append(bodies, string(body))
			return nil, errors.Join(errNobody, err)
		})
		status(t, newTransport(next), mustRequest(t, "POST", "an order", "k"))
		if strings.Join(bodies, "|") != "an order|an order|an order" {
			t.Errorf("sent %q", bodies)
		}
	})
}

func TestDeadlineEndsTheAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		next := way(func(r *http.Request) (*http.Response, error) {
			asked++
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if got := status(t, newTransport(next), mustRequest(t, "GET", "", "").WithContext(ctx)); got != 0 || asked != 1 {
			t.Errorf("got %d after %d attempts, want no answer after one", got, asked)
		}
	})
}

func TestBreaker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		statuses := []int{0, 0, 0, 0, 0, 200}
		guarded := newTransport(outcomes(&asked, statuses...))
		for range 10 {
			status(t, guarded, mustRequest(t, "GET", "", ""))
		}
		if asked != 5 {
			t.Errorf("asked %d times, want 5 and then no more", asked)
		}
		time.Sleep(3 * time.Second) // the clock of the test, which takes no time
		if got := status(t, guarded, mustRequest(t, "GET", "", "")); got != 200 {
			t.Errorf("got %d once the backend is back, want 200", got)
		}
	})
}

func TestBreakerMindsSilenceOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		guarded := newTransport(outcomes(&asked, 500))
		for range 20 {
			status(t, guarded, mustRequest(t, "GET", "", ""))
		}
		if asked != 20 {
			t.Errorf("asked %d times, want 20: any answer shows that the backend is there", asked)
		}

		refusals := 0
		refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
		guarded = newTransport(way(func(*http.Request) (*http.Response, error) { refusals++; return nil, refused }))
		for range 4 {
			status(t, guarded, mustRequest(t, "GET", "", ""))
		}
		if refusals != 12 {
			t.Errorf("asked %d times, want 12: a refusal comes at once, so the next attempt is cheap", refusals)
		}

		gone, leave := context.WithCancel(t.Context())
		leave()
		left := 0
		guarded = newTransport(way(func(r *http.Request) (*http.Response, error) { left++; return nil, r.Context().Err() }))
		for range 20 {
			status(t, guarded, mustRequest(t, "GET", "", "").WithContext(gone))
		}
		if left != 20 {
			t.Errorf("asked %d times, want 20: visitors who leave say nothing of the backend", left)
		}
	})
}
