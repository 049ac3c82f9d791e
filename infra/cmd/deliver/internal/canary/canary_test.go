package canary_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/canary"
)

// metrics is what a pod of order-api writes, with so many requests in all, of them 5xx, of them slower than 100 ms, and
// orders, of them not confirmed.
func metrics(requests, errors, slow, orders, refused int) string {
	return fmt.Sprintf(`# TYPE build_info gauge
build_info{goversion="go1.26",service="order-api",version="1"} 1
# TYPE http_requests_total counter
http_requests_total{method="GET",route="/api/orders/{id}",status="200"} %d
http_requests_total{method="GET",route="/api/orders/{id}",status="500"} %d
http_requests_total{method="POST",route="/api/orders",status="201"} %d
http_requests_total{method="POST",route="/api/orders",status="409"} %d
http_requests_total{method="HEAD",route="/api/orders/{id}",status="500"} 9000
http_requests_total{method="GET",route="/ready",status="503"} 7000
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{method="POST",route="/api/orders",le="0.1"} %d
http_request_duration_seconds_bucket{method="POST",route="/api/orders",le="1"} %d
http_request_duration_seconds_bucket{method="POST",route="/api/orders",le="+Inf"} %d
http_request_duration_seconds_sum{method="POST",route="/api/orders"} 1
http_request_duration_seconds_count{method="POST",route="/api/orders"} %d
`, requests-errors-orders, errors, orders-refused, refused, requests-slow, requests, requests, requests)
}

func mustParse(t *testing.T, text string) canary.Sample {
	t.Helper()
	s, err := canary.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func limits() canary.Limits { return canary.Limits{Requests: 50, Errors: 2, Orders: 10, Latency: 4} }

func TestJudge(t *testing.T) {
	t.Parallel()
	good := metrics(900, 0, 9, 800, 8)
	for _, test := range []struct {
		name, canary, old string
		restarts          int
		want              string
	}{
		{"lets pass what is as good", metrics(300, 0, 3, 250, 2), good, 0, ""},
		{"lets pass what is as bad as the old pods", metrics(300, 30, 0, 250, 75), metrics(900, 90, 0, 800, 240), 0, ""},
		{"lets pass what has had no customers", metrics(0, 0, 0, 0, 0), good, 0, ""},
		{"does not judge a share by two answers", metrics(12, 2, 0, 0, 0), good, 0, ""},
		{"does not judge orders by a few", metrics(60, 0, 0, 30, 10), good, 0, ""},
		{"finds 500 on everything by the fifth request", metrics(5, 5, 0, 0, 0), good, 0, "answered 5 of 5 requests 5xx"},
		{"finds 500 without any old pod to compare with", metrics(10, 10, 0, 0, 0), metrics(0, 0, 0, 0, 0), 0, "answered 10 of 10"},
		{"finds what is slow", metrics(300, 0, 290, 250, 2), good, 0, "took up to 1s for 95 of 100"},
		{"finds one order in five rejected", metrics(300, 0, 3, 250, 50), good, 0, "did not confirm 50 of 250 orders"},
		{"finds one order in five failed", metrics(60, 3, 0, 12, 0), good, 0, "answered 3 of 60 requests 5xx"},
		{"finds a restart", metrics(0, 0, 0, 0, 0), good, 1, "restarted once"},
	} {
		got := strings.Join(limits().Judge(mustParse(t, test.canary), mustParse(t, test.old), test.restarts), ", ")
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestParseRefusesWhatIsNotAServices(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "<html>", "go_goroutines 7\n"} {
		if s, err := canary.Parse(strings.NewReader(text)); err == nil {
			t.Errorf("%q: got %v, want an error", text, s)
		}
	}
}

func TestJudgeProbes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		canary, old canary.Sample
		want        string
	}{
		{"lets pass what answers", probed(60, 0, 0), probed(60, 0, 0), ""},
		{"lets pass what fails like the old pods, as where a database is away", probed(60, 60, 0), probed(60, 60, 0), ""},
		{"lets pass one failure", probed(60, 1, 0), probed(60, 0, 0), ""},
		{"finds what fails at everything in the first round", probed(6, 6, 0), probed(6, 0, 0), "answered 6 of 6 requests of the deployment itself 5xx"},
		{"finds what is slow", probed(30, 0, 30), probed(60, 0, 0), "took up to 1s for 95 of 100 requests of the deployment itself"},
	} {
		got := strings.Join(limits().JudgeProbes(test.canary, test.old), ", ")
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

// probed is so many probes, of them failed, of them slow.
func probed(requests, failed, slow float64) canary.Sample {
	return canary.Sample{Requests: requests, Errors: failed, Buckets: map[float64]float64{0.1: requests - slow, 1: requests}}
}

// TestProbesCountWhatThePodAnswers: a pod that hangs up fails; where nobody listens, it is the way there that is gone.
func TestProbesCountWhatThePodAnswers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		handle http.HandlerFunc
		errors float64
	}{
		{"works", func(http.ResponseWriter, *http.Request) {}, 0},
		{"knows nothing of it", http.NotFound, 0},
		{"fails", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, 3},
		{"hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 3},
	} {
		server := httptest.NewServer(test.handle)
		t.Cleanup(server.Close)
		var probes canary.Probes
		listens := probes.Send(t.Context(), "order-api", server.URL)
		if got := probes.Sample(); !listens || got.Requests != 3 || got.Errors != test.errors {
			t.Errorf("one that %s: got %v, and listens %t, want 3 requests with %g errors", test.name, got, listens, test.errors)
		}
	}
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	var probes canary.Probes
	if listens := probes.Send(t.Context(), "order-api", gone.URL); listens || probes.Sample().Requests > 0 {
		t.Errorf("where nobody listens: got %v, and listens %t", probes.Sample(), listens)
	}
}

// source is asked for a reading again and again.
type source func(call int) (canary.Reading, error)

type counted struct {
	source
	calls int
}

func (c *counted) Read(context.Context) (canary.Reading, error) { c.calls++; return c.source(c.calls) }

func (c *counted) Explain(context.Context) string { return "its image is not there" }

func watch(t *testing.T, s source) (said string, calls int, err error) {
	t.Helper()
	c := &counted{source: s}
	w := canary.Watch{
		Limits: limits(), For: 100 * time.Millisecond, Start: 300 * time.Millisecond, Every: 5 * time.Millisecond,
		Blind: 100 * time.Millisecond, Sources: map[string]canary.Source{"order-api": c},
		Progress: func(text string) { said += text },
	}
	err = w.Run(t.Context())
	return said, c.calls, err
}

// TestSince: a restart is seen by whatever count is smaller than it was.
func TestSince(t *testing.T) {
	t.Parallel()
	before := canary.Sample{Requests: 200, Errors: 20, Buckets: map[float64]float64{1: 150}}
	for _, c := range []struct {
		name      string
		now, want canary.Sample
	}{
		{"more of everything", canary.Sample{Requests: 300, Errors: 30, Buckets: map[float64]float64{1: 200}}, canary.Sample{Requests: 100, Errors: 10}},
		{"restarted, with fewer requests", canary.Sample{Requests: 100}, canary.Sample{Requests: 100}},
		{"restarted, with fewer errors", canary.Sample{Requests: 600, Errors: 3}, canary.Sample{Requests: 600, Errors: 3}},
		{"restarted, with fewer fast ones", canary.Sample{Requests: 600, Errors: 30, Buckets: map[float64]float64{1: 100}}, canary.Sample{Requests: 600, Errors: 30}},
	} {
		if got := c.now.Since(before); got.Requests != c.want.Requests || got.Errors != c.want.Errors {
			t.Errorf("%s: got %v requests and %v errors, want %v and %v", c.name, got.Requests, got.Errors, c.want.Requests, c.want.Errors)
		}
	}
}

func TestWatch(t *testing.T) {
	t.Parallel()
	reading := func(mine, old string) canary.Reading {
		return canary.Reading{
			Ready: true, Canary: map[string]canary.Sample{"c": mustParse(t, mine)}, Old: map[string]canary.Sample{"o": mustParse(t, old)},
		}
	}
	none := metrics(0, 0, 0, 0, 0)
	good := reading(metrics(60, 0, 0, 0, 0), metrics(9, 0, 0, 0, 0))
	away := errors.New("refused")
	for _, test := range []struct {
		name       string
		source     source
		said, fail string
	}{
		{"good", func(int) (canary.Reading, error) { return good, nil }, "did as well", ""},
		{"no traffic", func(int) (canary.Reading, error) { return reading(none, none), nil }, "too few to judge", ""},
		{"no traffic, and its probes fail", func(int) (canary.Reading, error) {
			r := reading(none, none)
			r.CanaryProbes, r.OldProbes = probed(9, 9, 0), probed(9, 0, 0)
			return r, nil
		}, "", "requests of the deployment itself 5xx"},
		{"never ready", func(int) (canary.Reading, error) { return canary.Reading{}, nil }, "",
			"was not ready after 300ms, and this is what the cluster says:\nits image is not there"},
		{"never a reading", func(int) (canary.Reading, error) { return canary.Reading{}, away }, "", "cannot be read: refused"},
		{"no metric any more", func(call int) (canary.Reading, error) {
			if call > 1 {
				return canary.Reading{}, away
			}
			return good, nil
		}, "", "cannot be judged: refused"},
		{"gone", func(call int) (canary.Reading, error) {
			if call > 1 {
				return canary.Reading{}, nil
			}
			return good, nil
		}, "", "it has no pod any more"},
		{"restarted before it was ready", func(int) (canary.Reading, error) { return canary.Reading{Restarts: 2}, nil }, "", "restarted 2 times"},
		{"old errors do not count as its measure", func(call int) (canary.Reading, error) {
			// The old pod's 500 errors are from before the watch began.
			return reading(metrics(60, 30, 0, 0, 0), metrics(1000+call, 500, 0, 0, 0)), nil
		}, "", "answered 30 of 60"},
		{"not ready any more", func(call int) (canary.Reading, error) {
			r := reading(none, none)
			r.Ready = call == 1
			return r, nil
		}, "", "the canary of order-api is not ready any more, and this is what the cluster says"},
		{"an old pod that is seen later brings nothing along", func(call int) (canary.Reading, error) {
			r := reading(metrics(60, 30, 0, 0, 0), metrics(9, 0, 0, 0, 0))
			if call > 1 {
				r.Old["o2"] = canary.Sample{Requests: 1e6, Errors: 5e5}
			}
			return r, nil
		}, "", "answered 30 of 60"},
		{"both fail alike from when it is ready", func(call int) (canary.Reading, error) {
			if call < 4 { // the old pods serve well while it starts
				return canary.Reading{
					Old: map[string]canary.Sample{"o": {Requests: float64(1000 * call)}}, OldProbes: canary.Sample{Requests: float64(30 * call)},
				}, nil
			}
			since := float64(call - 4)
			return canary.Reading{
				Ready: true, Canary: map[string]canary.Sample{"c": {Requests: 20 * since, Errors: 10 * since}},
				Old:          map[string]canary.Sample{"o": {Requests: 3000 + 20*since, Errors: 10 * since}},
				CanaryProbes: canary.Sample{Requests: 2 * since, Errors: since},
				OldProbes:    canary.Sample{Requests: 90 + 2*since, Errors: since},
			}, nil
		}, "did as well", ""},
		{"one answer is missed", func(call int) (canary.Reading, error) {
			if call == 2 {
				return canary.Reading{}, away
			}
			return good, nil
		}, "did as well", ""},
	} {
		said, _, err := watch(t, test.source)
		if !strings.Contains(said, test.said) || test.fail == "" && err != nil || test.fail != "" && (err == nil || !strings.Contains(err.Error(), test.fail)) {
			t.Errorf("%s: said %q, got %v, want %q said and the error %q", test.name, said, err, test.said, test.fail)
		}
	}
}

// TestACanaryWithoutItsShareIsWatchedForLonger: customers keep their connections to the old pods, and the first that come
// to the canary meet its errors.
func TestACanaryWithoutItsShareIsWatchedForLonger(t *testing.T) {
	t.Parallel()
	began := time.Now()
	_, _, err := watch(t, func(call int) (canary.Reading, error) {
		mine := metrics(0, 0, 0, 0, 0)
		if time.Since(began) > 180*time.Millisecond {
			mine = metrics(10, 10, 0, 0, 0)
		}
		return canary.Reading{
			Ready: true, Canary: map[string]canary.Sample{"c": mustParse(t, mine)},
			Old: map[string]canary.Sample{"o": mustParse(t, metrics(100*call, 0, 0, 0, 0))},
		}, nil
	})
	if err == nil || !strings.Contains(err.Error(), "answered 10 of 10 requests 5xx") {
		t.Errorf("got %v", err)
	}
}
