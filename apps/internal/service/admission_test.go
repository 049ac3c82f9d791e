package service_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
)

// TestWhatIsSentAwayIsCountedByRoute: alerts on a route see its overload, and the line is no error.
func TestWhatIsSentAwayIsCountedByRoute(t *testing.T) {
	t.Parallel()
	svc, log := mustService(t, map[string]string{contract.EnvMaxConnections: "1"})
	inside, leave := make(chan struct{}), make(chan struct{})
	svc.Router.HandleFunc("/slow/{id}", func(http.ResponseWriter, *http.Request) { inside <- struct{}{}; <-leave })
	handler := svc.Handler()
	go handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/slow/1", nil))
	<-inside
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest("GET", "/slow/2", nil))
	close(leave)
	if answer.Code != http.StatusServiceUnavailable {
		t.Fatalf("the second request = %d, want 503", answer.Code)
	}
	if reason := log.await(t, "shed"); reason != "places" || strings.Contains(log.String(), `"status":"error"`) {
		t.Errorf("the line says %q, want places and no error: %s", reason, log)
	}
	families, err := svc.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == contract.MetricRequestsShed {
			if text := family.String(); !strings.Contains(text, `"/slow/{id}"`) || !strings.Contains(text, `"places"`) {
				t.Errorf("the metric says %s, want the route and the reason", text)
			}
			return
		}
	}
	t.Error("no metric of requests that were sent away")
}

// TestWhatIsSentAwayIsCountedFromZero: a counter that begins with the first refusal begins at one, and the rules would never
// see it. Probes are never sent away.
func TestWhatIsSentAwayIsCountedFromZero(t *testing.T) {
	t.Parallel()
	svc, _ := mustService(t, nil)
	svc.Router.HandleFunc("/things/{id}", func(http.ResponseWriter, *http.Request) {})
	svc.Handler()
	families, err := svc.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != contract.MetricRequestsShed {
			continue
		}
		text := family.String()
		if !strings.Contains(text, `"/things/{id}"`) || !strings.Contains(text, `"`+contract.ShedPlaces+`"`) || strings.Contains(text, contract.ReadyPath) {
			t.Errorf("the metric begins as %s", text)
		}
		for _, m := range family.GetMetric() {
			if m.GetCounter().GetValue() != 0 {
				t.Errorf("it begins at %v", m)
			}
		}
		return
	}
	t.Error("there is no metric of requests that were sent away before the first one was")
}

// TestTheRateIsLimitedBeforeTheBodyIsRead: who sends too often is told so whatever else they mean to send.
func TestTheRateIsLimitedBeforeTheBodyIsRead(t *testing.T) {
	t.Parallel()
	svc, _ := mustService(t, map[string]string{contract.EnvWriteRate: "1"})
	limited := svc.Router.NewRoute().Subrouter()
	limited.Use(svc.LimitWrites())
	limited.HandleFunc("/things", func(http.ResponseWriter, *http.Request) {})
	handler := svc.Handler()
	var last *httptest.ResponseRecorder
	body := &counted{}
	for range 3 {
		body.reads = 0
		request := httptest.NewRequest("POST", "/things", body)
		request.ContentLength = 1 << 10
		last = httptest.NewRecorder()
		handler.ServeHTTP(last, request)
	}
	if last.Code != http.StatusTooManyRequests || body.reads > 0 {
		t.Errorf("the third write = %d after %d reads of its body, want 429 after none", last.Code, body.reads)
	}
}

// counted is a body that counts how often it is read.
type counted struct{ reads int }

func (c *counted) Read([]byte) (int, error) {
	c.reads++
	return 0, io.EOF
}
