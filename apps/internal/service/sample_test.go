package service_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/rest"
)

// TestReadsAreSampled: of many successful reads some have a line, the same at each service; writes and failures all have one.
func TestReadsAreSampled(t *testing.T) {
	t.Parallel()
	const requests, every = 500, 10
	written := func(env map[string]string, method, path string) (ids []string) {
		svc, log := mustService(t, env)
		svc.Router.HandleFunc("/things", func(_ http.ResponseWriter, r *http.Request) { rest.NoteID(r.Context(), "thing", 4711) })
		handler := svc.Handler()
		for i := range requests {
			r := httptest.NewRequest(method, path, nil)
			r.RemoteAddr = "10.0.0.1:1" // as the frontend's
			r.Header.Set(rest.RequestIDHeader, fmt.Sprint("request-", i))
			handler.ServeHTTP(httptest.NewRecorder(), r)
		}
		svc.Log.Warn("written at once, with all before it")
		for line := range strings.Lines(log.String()) {
			if _, rest, ok := strings.Cut(line, `"request_id":"`); ok {
				id, _, _ := strings.Cut(rest, `"`)
				ids = append(ids, id)
			}
			if path == "/things" && strings.Contains(line, "http.route") && !strings.Contains(line, `"thing":4711`) {
				t.Fatalf("the line does not say what it is about: %s", line)
			}
		}
		return ids
	}
	sampled := map[string]string{contract.EnvLogReads: fmt.Sprint(every)}
	first, second := written(sampled, "GET", "/things"), written(sampled, "HEAD", "/things")
	if len(first) < requests/every/2 || len(first) > requests/every*2 {
		t.Errorf("%d of %d reads have a line, want about one of %d", len(first), requests, every)
	}
	if strings.Join(first, " ") != strings.Join(second, " ") {
		t.Error("two services do not agree which requests have a line")
	}
	for name, got := range map[string]int{
		"reads without the setting": len(written(nil, "GET", "/things")),
		"writes":                    len(written(sampled, "POST", "/things")),
		"failures":                  len(written(sampled, "GET", "/nothing")),
	} {
		if got != requests {
			t.Errorf("%d of %d %s have a line, want all", got, requests, name)
		}
	}
}
