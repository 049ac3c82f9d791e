package service_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/fault"
)

// TestServe follows one service through its life: not ready before it is prepared, draining for who is inside.
func TestServe(t *testing.T) {
	t.Parallel()
	svc, log := mustService(t, map[string]string{contract.EnvDrainDelay: "1s"})
	prepared, attempts := make(chan struct{}), 0
	svc.Prepare("migrations", func(ctx context.Context) error {
		if attempts++; attempts == 1 {
			return fault.Down("not yet", nil)
		}
		<-prepared
		return nil
	})
	worked := make(chan error, 1)
	svc.Background("work", func(ctx context.Context) error { <-ctx.Done(); worked <- ctx.Err(); return nil })
	inside, leave := make(chan struct{}), make(chan struct{})
	svc.Router.HandleFunc("/slow", func(w http.ResponseWriter, _ *http.Request) {
		close(inside)
		<-leave
		_, _ = io.WriteString(w, "done") // the test reads it
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- svc.Serve(ctx) }()
	base := "http://" + log.await(t, "address")

	if status, body := get(t, base+"/ready"); status != 503 || !strings.Contains(body, `"migrations":"being prepared"`) {
		t.Errorf("before it is prepared: %d %s, want 503 that names migrations", status, body)
	}
	close(prepared)
	awaitStatus(t, base+"/ready", 200)
	if status, body := get(t, "http://"+log.await(t, "internal_address")+"/metrics"); status != 200 ||
		!strings.Contains(body, "build_info{") {
		t.Errorf("metrics: %d", status)
	}

	slow := make(chan string, 1)
	go func() { _, body := get(t, base+"/slow"); slow <- body }()
	<-inside
	stop()
	awaitStatus(t, base+"/ready", 503)
	close(leave)
	if body := <-slow; body != "done" {
		t.Errorf("the request in flight got %q, want it finished", body)
	}
	if err := <-ended; err != nil {
		t.Errorf("Serve = %v", err)
	}
	if err := <-worked; err == nil {
		t.Error("the background work was not told to end")
	}
}

func TestServeReturnsWhatCannotBePrepared(t *testing.T) {
	t.Parallel()
	svc, _ := mustService(t, nil)
	svc.Prepare("migrations", func(context.Context) error { return errors.New("newer schema") })
	if err := svc.Serve(t.Context()); err == nil || !strings.Contains(err.Error(), "migrations: newer schema") {
		t.Errorf("Serve = %v, want what cannot be prepared", err)
	}
}

func TestServeReturnsABusyPort(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close() //nolint:errcheck // the test is over
	svc, _ := mustService(t, map[string]string{contract.EnvInternalAddress: busy.Addr().String()})
	if err := svc.Serve(t.Context()); err == nil || !strings.Contains(err.Error(), "product-api: listen") {
		t.Errorf("Serve = %v, want the busy port", err)
	}
}

func TestTracesGoWhereTheEnvironmentSays(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	paths := map[string]int{}
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		paths[r.URL.Path]++
	}))
	defer collector.Close()
	svc, log := mustService(t, map[string]string{contract.EnvOTLPEndpoint: collector.URL + "/"})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- svc.Serve(ctx) }()
	request, err := http.NewRequest("GET", "http://"+log.await(t, "address")+"/nothing", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("traceparent", "00-000000000000000000000000000000ff-00000000000000aa-01")
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.Body.Close() != nil {
		t.Fatal(err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Serve = %v", err)
	}
	mu.Lock()
	defer mu.Unlock()
	if paths["/v1/traces"] == 0 {
		t.Errorf("the collector got %v, want traces", paths)
	}
	if !strings.Contains(log.String(), `"dd.trace_id":"255"`) {
		t.Errorf("no line has the caller's trace id as Datadog writes it: %s", log)
	}
}

// TestTracesHoldNoQuery: an address's query may have a name or the secret of an order in it. The callee gets it all the
// same.
func TestTracesHoldNoQuery(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var sent bytes.Buffer
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = sent.ReadFrom(r.Body) // as far as it came
	}))
	defer collector.Close()
	callee := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.URL.RawQuery) // read below
	}))
	defer callee.Close()
	svc, log := mustService(t, map[string]string{contract.EnvOTLPEndpoint: collector.URL})
	way := svc.Transport(http.DefaultTransport)
	svc.Router.HandleFunc("/call", func(w http.ResponseWriter, r *http.Request) {
		out, err := http.NewRequestWithContext(r.Context(), "GET", callee.URL+"/orders/7?"+r.URL.RawQuery, nil)
		if err != nil {
			t.Error(err)
			return
		}
		response, err := way.RoundTrip(out)
		if err != nil {
			t.Error(err)
			return
		}
		_, err = io.Copy(w, response.Body)
		if err = errors.Join(err, response.Body.Close()); err != nil {
			t.Error(err)
		}
		if out.URL.RawQuery == "" {
			t.Error("the transport changed its caller's request")
		}
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- svc.Serve(ctx) }()
	if _, got := get(t, "http://"+log.await(t, "address")+"/call?access=hunter2"); got != "access=hunter2" {
		t.Errorf("the callee is asked %q, want the whole query", got)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Serve = %v", err)
	}
	mu.Lock()
	defer mu.Unlock()
	if !strings.Contains(sent.String(), "/orders/7") || strings.Contains(sent.String(), "hunter2") {
		t.Errorf("the traces are %q, want the call in them without its query", sent.String())
	}
	if strings.Contains(log.String(), "hunter2") {
		t.Errorf("the log has the query: %s", log)
	}
}

func awaitStatus(t *testing.T, url string, want int) {
	t.Helper()
	var status int
	for range 2000 {
		if status, _ = get(t, url); status == want {
			return
		}
		time.Sleep(5 * time.Millisecond) // polling is what a kubelet does too
	}
	t.Fatalf("%s stays %d, want %d", url, status, want)
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Errorf("%s: %v", url, err)
		return 0, ""
	}
	body, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		t.Errorf("%s: %v", url, err)
	}
	return response.StatusCode, string(body)
}
