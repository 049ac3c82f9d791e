package service_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
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
	request.RemoteAddr = "10.0.0.1:1" // as the frontend's
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

// TestProbesAreToldByTheirLines: whoever pays for lines leaves out those that the contract's expression matches.
func TestProbesAreToldByTheirLines(t *testing.T) {
	t.Parallel()
	probes := regexp.MustCompile(contract.ProbeLine)
	for path, want := range map[string]bool{contract.HealthPath: true, contract.ReadyPath: true, "/health/of/customers": false} {
		svc, log := mustService(t, map[string]string{contract.EnvLogLevel: "debug"})
		svc.Router.HandleFunc("/health/of/customers", func(http.ResponseWriter, *http.Request) {})
		svc.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
		svc.Log.Warn("written at once, with all before it")
		if !strings.Contains(log.String(), `"http.route":"`+path+`"`) || probes.MatchString(log.String()) != want {
			t.Errorf("%s: is it a probe: %v, want %v: %s", path, !want, want, log)
		}
	}
}

// TestFailuresAreCountedFromZero proves that the first failure of a route is a difference that Prometheus can see.
func TestFailuresAreCountedFromZero(t *testing.T) {
	t.Parallel()
	svc, _ := mustService(t, nil)
	svc.Router.HandleFunc("/orders/{id}", func(http.ResponseWriter, *http.Request) {}).Methods(http.MethodGet, http.MethodPost)
	svc.Handler()
	families, err := svc.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	counted := map[string]float64{}
	for _, family := range families {
		if family.GetName() != contract.MetricRequests {
			continue
		}
		for _, metric := range family.GetMetric() {
			var labels []string
			for _, label := range metric.GetLabel() { // sorted by their names: method, route, status
				labels = append(labels, label.GetValue())
			}
			counted[strings.Join(labels, " ")] = metric.GetCounter().GetValue()
		}
	}
	for _, want := range []string{"GET /orders/{id} 500", "POST /orders/{id} 503", "GET /orders/{id} 502", "POST /orders/{id} 504"} {
		if value, ok := counted[want]; !ok || value != 0 {
			t.Errorf("%s: counted %v (there: %v), want 0 before the first request", want, value, ok)
		}
	}
}

func TestRequestIDsFromStrangersAreReplaced(t *testing.T) {
	t.Parallel()
	svc, _ := mustService(t, nil)
	for peer, id := range map[string]string{"10.0.0.1:1": "x\" injected", "203.0.113.1:1": "abc-1"} {
		request := httptest.NewRequest("GET", "/health", nil)
		request.RemoteAddr = peer
		request.Header.Set("X-Request-Id", id)
		answer := httptest.NewRecorder()
		svc.Handler().ServeHTTP(answer, request)
		if got := answer.Header().Get("X-Request-Id"); len(got) != 26 {
			t.Errorf("request id of %s = %q, want a new one", peer, got)
		}
	}
}

// TestStrangersHaveNoSayInOurTraces: what they claim to be part of is no trace of ours.
func TestStrangersHaveNoSayInOurTraces(t *testing.T) {
	t.Parallel()
	svc, _ := mustService(t, nil)
	said := make(chan http.Header, 1)
	svc.Router.HandleFunc("/things", func(_ http.ResponseWriter, r *http.Request) { said <- r.Header })
	for peer, want := range map[string]int{"10.0.0.1:1": 3, "203.0.113.1:1": 0} {
		request := httptest.NewRequest("GET", "/things", nil)
		request.RemoteAddr = peer
		for name, value := range map[string]string{
			"Traceparent": "00-000000000000000000000000000000ff-00000000000000aa-01", "Tracestate": "a=b", "Baggage": "a=b",
		} {
			request.Header.Set(name, value)
		}
		svc.Handler().ServeHTTP(httptest.NewRecorder(), request)
		if got := <-said; len(got) != want {
			t.Errorf("of %s's word on traces this is left: %v, want %d headers", peer, got, want)
		}
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
	svc, log := mustService(t, map[string]string{contract.EnvWriteRate: "1", contract.EnvTrustedProxies: "1"})
	if !strings.Contains(log.String(), "set TRUSTED_NETWORKS") {
		t.Errorf("counting proxies is not warned of: %s", log)
	}
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
	const a, b = "192.0.2.1", "192.0.2.2"
	got := []int{send("POST", a), send("POST", b+", "+a), send("POST", "c, "+a), send("GET", a), send("POST", a+", "+b)}
	if want := []int{200, 200, 429, 200, 200}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("statuses = %v, want %v: two writes of a, one too many, a read of a, a write of b", got, want)
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
