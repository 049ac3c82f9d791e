package throttle_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"

	"github.com/techcommerce/platform/apps/internal/throttle"
)

// TestOneClientWaitsBehindItself: while all reads that one client may have under way hang, others are served at once, and so
// are its own writes; what it reads more is served when its own reads end, or refused.
func TestOneClientWaitsBehindItself(t *testing.T) {
	t.Parallel()
	const most = 3
	inside, leave := make(chan struct{}), make(chan struct{})
	handler := throttle.UnderWay(most, throttle.TrustNetworks([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}))(
		http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/slow" {
				inside <- struct{}{}
				<-leave
			}
		}))
	send := func(client, method, path string) int {
		request := httptest.NewRequest(method, path, nil)
		request.RemoteAddr = client + ":1"
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		return answer.Code
	}
	ask := func(client, path string) int { return send(client, http.MethodGet, path) }
	const robot = "192.0.2.1"
	var hanging sync.WaitGroup
	for range most {
		hanging.Go(func() { ask(robot, "/slow") })
	}
	for range most {
		<-inside
	}
	for _, client := range []string{"192.0.2.2", "10.0.0.1"} {
		if code := ask(client, "/quick"); code != http.StatusOK {
			t.Errorf("%s is answered %d while %s hangs, want 200", client, code, robot)
		}
	}
	if code := send(robot, http.MethodPost, "/quick"); code != http.StatusOK {
		t.Errorf("a write of %s is answered %d while its reads hang, want 200", robot, code)
	}
	if code := ask(robot, "/quick"); code != http.StatusTooManyRequests {
		t.Errorf("one request more of %s is answered %d, want 429", robot, code)
	}
	var waiting sync.WaitGroup
	for range most {
		waiting.Go(func() {
			if code := ask(robot, "/quick"); code != http.StatusOK && code != http.StatusTooManyRequests {
				t.Errorf("who waited is answered %d", code)
			}
		})
	}
	close(leave)
	hanging.Wait()
	waiting.Wait()
	for range 2 * most { // every place was given back
		if code := ask(robot, "/quick"); code != http.StatusOK {
			t.Errorf("afterwards %s is answered %d, want 200", robot, code)
		}
	}
}
