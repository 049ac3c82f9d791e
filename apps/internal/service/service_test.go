package service_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/environ"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
	"github.com/techcommerce/platform/apps/internal/service"
)

func TestHandlerAnswersInJSONWhateverHappens(t *testing.T) {
	t.Parallel()
	svc, _ := mustService(t, nil)
	svc.Router.HandleFunc("/panic", func(http.ResponseWriter, *http.Request) { panic("secret") })
	svc.Router.HandleFunc("/broken", func(w http.ResponseWriter, r *http.Request) {
		rest.Error(w, r, errors.New("secret"))
	})
	svc.Router.HandleFunc("/down", func(w http.ResponseWriter, r *http.Request) {
		rest.Error(w, r, fmt.Errorf("wrapped: %w", fault.Down("Gone fishing", errors.New("secret"))))
	}).Methods(http.MethodGet)
	for _, test := range []struct {
		name, method, path, want string
		status                   int
	}{
		{"a panic says nothing", "GET", "/panic", `{"error":"Internal server error"}`, 500},
		{"an unknown error says nothing", "GET", "/broken", `{"error":"Internal server error"}`, 500},
		{"a fault says its message", "GET", "/down", `{"error":"Gone fishing"}`, 503},
		{"an unknown path", "GET", "/nothing", `{"error":"Not found"}`, 404},
		{"a wrong method", "POST", "/down", `{"error":"Method not allowed"}`, 405},
		{"health", "GET", "/health", `{"status":"healthy","service":"product-api"}`, 200},
		{"readiness", "GET", "/ready", `{"status":"ready","service":"product-api"}`, 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer := httptest.NewRecorder()
			svc.Handler().ServeHTTP(answer, httptest.NewRequest(test.method, test.path, nil))
			if got := strings.TrimSpace(answer.Body.String()); answer.Code != test.status || got != test.want {
				t.Errorf("%s %s = %d %s, want %d %s", test.method, test.path, answer.Code, got, test.status, test.want)
			}
			if got := answer.Header().Get("Content-Type"); got != "application/json" {
				t.Errorf("%s %s has Content-Type %q", test.method, test.path, got)
			}
		})
	}
}

func TestRequestsAreLoggedOnceWithTheirCause(t *testing.T) {
	t.Parallel()
	svc, log := mustService(t, nil)
	svc.Router.HandleFunc("/things/{id}", func(http.ResponseWriter, *http.Request) { panic("the cause") })
	request := httptest.NewRequest("GET", "/things/4711?customer=Ann", nil)
	request.Header.Set("X-Request-Id", "abc-1")
	answer := httptest.NewRecorder()
	svc.Handler().ServeHTTP(answer, request)
	if got := answer.Header().Get("X-Request-Id"); got != "abc-1" {
		t.Errorf("the answer's request id = %q, want the request's", got)
	}
	var line map[string]any
	if err := json.Unmarshal([]byte(log.String()), &line); err != nil {
		t.Fatalf("want one line of JSON, got %q: %v", log, err)
	}
	for name, want := range map[string]any{
		"status": "error", "service": "product-api", "env": "test", "version": "1.2.3", "request_id": "abc-1",
		"http.route": "/things/{id}", "http.status_code": 500.0, "http.method": "GET",
		"error.message": "panic: the cause",
	} {
		if line[name] != want {
			t.Errorf("the line's %s = %v, want %v", name, line[name], want)
		}
	}
	if stack, ok := line["error.stack"].(string); !ok || !strings.Contains(stack, "service_test") {
		t.Errorf("the line has no stack: %v", line["error.stack"])
	}
	if strings.Contains(log.String(), "4711") || strings.Contains(log.String(), "Ann") {
		t.Errorf("the line holds the URL: %s", log)
	}
}

func TestRequestIDsFromStrangersAreReplaced(t *testing.T) {
	t.Parallel()
	svc, _ := mustService(t, nil)
	request := httptest.NewRequest("GET", "/health", nil)
	request.Header.Set("X-Request-Id", "x\" injected")
	answer := httptest.NewRecorder()
	svc.Handler().ServeHTTP(answer, request)
	if got := answer.Header().Get("X-Request-Id"); len(got) != 26 {
		t.Errorf("request id = %q, want a new one", got)
	}
}

func TestTooManyRequestsAtOnceAreSentAway(t *testing.T) {
	t.Parallel()
	svc, _ := mustService(t, map[string]string{contract.EnvMaxConnections: "1"})
	inside, leave := make(chan struct{}), make(chan struct{})
	svc.Router.HandleFunc("/slow", func(http.ResponseWriter, *http.Request) { inside <- struct{}{}; <-leave })
	handler := svc.Handler()
	go handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/slow", nil))
	<-inside
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequestWithContext(impatient, "GET", "/slow", nil))
	if answer.Code != http.StatusServiceUnavailable || answer.Header().Get("Retry-After") == "" {
		t.Errorf("the second request = %d, want 503 with Retry-After", answer.Code)
	}
	probe := httptest.NewRecorder()
	handler.ServeHTTP(probe, httptest.NewRequest("GET", "/health", nil))
	if probe.Code != http.StatusOK {
		t.Errorf("a probe of a busy service = %d, want 200", probe.Code)
	}
	close(leave)
}

func TestWritesAreLimitedPerClient(t *testing.T) {
	t.Parallel()
	svc, _ := mustService(t, map[string]string{contract.EnvWriteRate: "1", contract.EnvTrustedProxies: "1"})
	limited := svc.Router.NewRoute().Subrouter()
	limited.Use(svc.LimitWrites())
	limited.HandleFunc("/things", func(http.ResponseWriter, *http.Request) {})
	handler := svc.Handler()
	send := func(method, forwarded string) int {
		request := httptest.NewRequest(method, "/things", nil)
		request.Header.Set("X-Forwarded-For", forwarded)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		return answer.Code
	}
	got := []int{send("POST", "a"), send("POST", "b, a"), send("POST", "c, a"), send("GET", "a"), send("POST", "a, b")}
	if want := []int{200, 200, 429, 200, 200}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("statuses = %v, want %v: two writes of a, one too many, a read of a, a write of b", got, want)
	}
}

// TestServe follows one service through its life: not ready before it is prepared, draining for who is inside.
func TestServe(t *testing.T) {
	t.Parallel()
	svc, log := mustService(t, map[string]string{contract.EnvDrainDelay: "50ms"})
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

// mustService has the settings of product-api on ports that the kernel picks.
func mustService(t *testing.T, env map[string]string) (*service.Service, *lines) {
	t.Helper()
	variables := map[string]string{
		contract.EnvListenAddress: "127.0.0.1:0", contract.EnvInternalAddress: "127.0.0.1:0",
		contract.EnvDrainDelay: "0s", contract.EnvEnvironment: "test", contract.EnvVersion: "1.2.3",
	}
	for name, value := range env {
		variables[name] = value
	}
	reader := environ.New(func(name string) string { return variables[name] })
	settings := service.ReadSettings(reader, contract.ProductAPI)
	if err := reader.Err(); err != nil {
		t.Fatal(err)
	}
	log := &lines{}
	svc, err := service.New(t.Context(), settings, log)
	if err != nil {
		t.Fatal(err)
	}
	return svc, log
}

// lines collects the log.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(data)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// await is the value of a name in the first line that has it.
func (l *lines) await(t *testing.T, name string) string {
	t.Helper()
	for range 2000 {
		for line := range strings.Lines(l.String()) {
			var values map[string]any
			if json.Unmarshal([]byte(line), &values) == nil && values[name] != nil {
				return fmt.Sprint(values[name])
			}
		}
		time.Sleep(5 * time.Millisecond) // there is nothing to wait on but the log
	}
	t.Fatalf("no line has %s: %s", name, l)
	return ""
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
