package backend_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// mustAsk is a request of a method to a path.
func mustAsk(t *testing.T, method, path string) *http.Request {
	t.Helper()
	r := mustRequest(t, method, "", "")
	r.URL.Path = path
	return r
}

var kindsOfRequests = map[string]struct{ method, path string }{
	"list":   {"GET", "/api/orders"},
	"find":   {"GET", "/api/orders/7"},
	"place":  {"POST", "/api/orders"},
	"change": {"POST", "/api/orders/7/cancel"},
}

// TestOneClassDoesNotTakeTheOthersAway lets all requests of one kind hang, more than there may be: every other kind is
// answered, and more of the same kind are refused soon, without asking.
func TestOneClassDoesNotTakeTheOthersAway(t *testing.T) {
	t.Parallel()
	for hanging, ask := range kindsOfRequests {
		t.Run(hanging+" hangs", func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				answer := outcomes(&asked, 200)
				guarded := newTransport(way(func(r *http.Request) (*http.Response, error) {
					if r.URL.Path == ask.path && r.Method == ask.method {
						<-r.Context().Done()
						return nil, r.Context().Err()
					}
					return answer(r)
				}))
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				for range 150 {
					go func() { _, _ = guarded.RoundTrip(mustAsk(t, ask.method, ask.path).WithContext(ctx)) }()
				}
				synctest.Wait()
				for other, ask := range kindsOfRequests {
					begun := time.Now()
					got := status(t, guarded, mustAsk(t, ask.method, ask.path).WithContext(ctx))
					if want := map[bool]int{true: 0, false: 200}[other == hanging]; got != want {
						t.Errorf("%s is %d while %s hangs, want %d", other, got, hanging, want)
					}
					if took := time.Since(begun); took > time.Second {
						t.Errorf("%s took %s while %s hangs", other, took, hanging)
					}
				}
			})
		})
	}
}

// TestBreakersAreOnePerClass: lists that nobody answers do not stop orders from being sent.
func TestBreakersAreOnePerClass(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		answer := outcomes(&asked, 201)
		guarded := newTransport(way(func(r *http.Request) (*http.Response, error) {
			if r.Method == "GET" {
				return nil, errNobody
			}
			return answer(r)
		}))
		for range 20 { // with an order in between, the breaker would count anew
			status(t, guarded, mustAsk(t, "GET", "/api/orders"))
		}
		if got := status(t, guarded, mustAsk(t, "POST", "/api/orders")); got != 201 {
			t.Errorf("an order is answered %d after lists failed, want 201", got)
		}
	})
}

// TestRetriesHaveABudget: a backend in trouble gets a tenth more to do, not three times as much.
func TestRetriesHaveABudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		guarded := newTransport(outcomes(&asked, 502))
		const requests = 1000
		for range requests {
			status(t, guarded, mustRequest(t, "GET", "", ""))
		}
		if asked > requests*12/10 || asked <= requests {
			t.Errorf("%d requests became %d, want a tenth more", requests, asked)
		}
	})
}

func TestABackendIsNotAskedBeforeItsTime(t *testing.T) {
	t.Parallel()
	asked := 0
	guarded := newTransport(way(func(r *http.Request) (*http.Response, error) {
		asked++
		header := http.Header{"Retry-After": {"2"}}
		return &http.Response{StatusCode: 503, Header: header, Body: http.NoBody, Request: r}, nil
	}))
	if got := status(t, guarded, mustRequest(t, "GET", "", "")); got != 503 || asked != 1 {
		t.Errorf("got %d after %d attempts, want the 503 that says when to come back, after one", got, asked)
	}
}

// TestOnlyOrdersAreRepeatedByTheirKey: what does not honour a key would do twice what is sent twice.
func TestOnlyOrdersAreRepeatedByTheirKey(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]int{"/api/orders": 3, "/api/products": 1, "/api/orders/7/cancel": 1} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				r := mustRequest(t, "POST", "body", "key")
				r.URL.Path = path
				status(t, newTransport(outcomes(&asked, 0)), r)
				if asked != want {
					t.Errorf("POST %s with a key was sent %d times, want %d", path, asked, want)
				}
			})
		})
	}
}

// TestVisitorsInAHurryDoNotTripTheBreaker: how long a call may take is the visitor's word, so a short one tells nothing.
func TestVisitorsInAHurryDoNotTripTheBreaker(t *testing.T) {
	t.Parallel()
	for within, want := range map[time.Duration]int{time.Millisecond: 20, 3 * time.Second: 5} {
		synctest.Test(t, func(t *testing.T) {
			asked := 0
			guarded := newTransport(way(func(r *http.Request) (*http.Response, error) {
				asked++
				<-r.Context().Done()
				return nil, r.Context().Err()
			}))
			for range 20 {
				ctx, cancel := context.WithTimeout(t.Context(), within)
				status(t, guarded, mustRequest(t, "GET", "", "").WithContext(ctx))
				cancel()
			}
			if asked != want {
				t.Errorf("with %s each the backend was asked %d times, want %d", within, asked, want)
			}
		})
	}
}

// TestSlowRefusalsAreWorthNoMoreThanSilence: a callee answers 503 by the deadline that it was told.
func TestSlowRefusalsAreWorthNoMoreThanSilence(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		answer := outcomes(&asked, 503)
		guarded := newTransport(way(func(r *http.Request) (*http.Response, error) {
			time.Sleep(2 * time.Second)
			return answer(r)
		}))
		for i := range 20 {
			got := status(t, guarded, mustRequest(t, "POST", "", ""))
			if want := map[bool]int{true: 503, false: 0}[i < 5]; got != want {
				t.Errorf("request %d got %d, want %d", i, got, want)
			}
		}
		if asked != 5 {
			t.Errorf("asked %d times, want 5 and then no more", asked)
		}
	})
}

// TestAPlaceIsHeldUntilTheAnswerIsRead: a backend may be slow in the middle of an answer, too.
func TestAPlaceIsHeldUntilTheAnswerIsRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		guarded := newTransport(way(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
		}))
		var open []*http.Response
		var err error
		for err == nil {
			var response *http.Response
			if response, err = guarded.RoundTrip(mustRequest(t, "GET", "", "")); err == nil {
				open = append(open, response)
			}
		}
		if len(open) != 25 || errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "at once") {
			t.Errorf("%d answers are open, then %v; want a quarter of 100 and a refusal", len(open), err)
		}
		for _, response := range open {
			for range 2 { // closing twice gives one place back
				if err := response.Body.Close(); err != nil {
					t.Error(err)
				}
			}
		}
		if got := status(t, guarded, mustRequest(t, "GET", "", "")); got != 200 {
			t.Errorf("got %d once the answers are read, want 200", got)
		}
	})
}
