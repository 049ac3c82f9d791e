package backend_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/techcommerce/platform/apps/internal/throttle"
)

// asClient is a request that came from an address.
func asClient(t *testing.T, address string) *http.Request {
	t.Helper()
	var came context.Context
	remember := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { came = r.Context() })
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = address + ":4711"
	throttle.UnderWay(1, throttle.Clients{})(remember).ServeHTTP(httptest.NewRecorder(), r)
	return mustAsk(t, "GET", "/api/products").WithContext(came)
}

// TestClientsTakeTurns has one client ask for more lists than may be under way and wait, again and again, at a backend that
// takes its time: whoever else asks for one gets it, and soon.
func TestClientsTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const takes = 20 * time.Millisecond
		guarded := newTransport(way(func(r *http.Request) (*http.Response, error) {
			time.Sleep(takes)
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
		}))
		ask := func(address string) error {
			response, err := guarded.RoundTrip(asClient(t, address))
			if err == nil {
				err = response.Body.Close()
			}
			return err
		}
		done := make(chan struct{})
		for range 100 {
			go func() {
				for {
					select {
					case <-done:
						return
					default:
						if ask("192.0.2.66") != nil {
							time.Sleep(takes / 4)
						}
					}
				}
			}()
		}
		time.Sleep(10 * takes)
		for i := range 20 {
			begun := time.Now()
			if err := ask(fmt.Sprintf("198.51.100.%d", i)); err != nil {
				t.Errorf("customer %d: %v, want a list", i, err)
			}
			if took := time.Since(begun); took > 3*takes {
				t.Errorf("customer %d waited %s for what takes %s", i, took, takes)
			}
		}
		close(done)
		time.Sleep(10 * takes) // the rest of them end
	})
}

// TestManyWhoWaitAreRefusedSoon: where each client has but one request, nobody's is worth less than another's.
func TestManyWhoWaitAreRefusedSoon(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		guarded := newTransport(way(func(r *http.Request) (*http.Response, error) {
			<-release
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
		}))
		answers := make(chan error, 100)
		for i := range 100 {
			go func() {
				response, err := guarded.RoundTrip(asClient(t, fmt.Sprintf("198.51.100.%d", i)))
				if err == nil {
					err = response.Body.Close()
				}
				answers <- err
			}()
		}
		synctest.Wait()
		if got := len(answers); got != 50 {
			t.Errorf("%d of 100 are refused at once, want 50: 25 are under way and 25 wait", got)
		}
		time.Sleep(time.Second)
		close(release)
		synctest.Wait()
		good := 0
		for range 100 {
			if <-answers == nil {
				good++
			}
		}
		if good != 25 {
			t.Errorf("%d got an answer, want the 25 that were under way", good)
		}
		if _, err := guarded.RoundTrip(asClient(t, "192.0.2.1")); err != nil {
			t.Errorf("afterwards: %v, want every place free again", err)
		}
	})
}
