package spec_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/techcommerce/platform/infra/datadog/spec"
)

const id = "0123456789abcdef0123456789abcdef"

func scope() spec.Scope {
	return spec.Scope{Environment: "production", Namespace: "shop", Cluster: "c1"}
}

// The monitors that the cases start from; none of them has a fault.
func metric() spec.Monitor {
	return spec.Monitor{
		Name: "CPU", Type: spec.Metric, Message: "{{#is_alert}}{{value}} on {{host.name}}{{/is_alert}} @slack-shop",
		Query:      "avg(last_5m):avg:system.load.1{kube_cluster_name:c1} by {host} > 4",
		Thresholds: spec.Thresholds{Critical: spec.At(4), Warning: spec.At(3)},
		Priority:   2, Tags: []string{"env:production", "service:order-api"},
	}
}

func with(query string, critical float64) spec.Monitor {
	m := metric()
	m.Query, m.Message, m.Thresholds = query, "bad", spec.Thresholds{Critical: spec.At(critical)}
	return m
}

func errorRate() spec.Monitor {
	return with("sum(last_5m):default_zero(sum:trace.http.server.request.errors{env:production}.as_count()) / "+
		"sum:trace.http.server.request.hits{env:production}.as_count() * 100 > 5", 5)
}

func logs() spec.Monitor {
	m := with(`logs("service:order-api status:error kube_namespace:shop").index("*").rollup("count").last("5m") > 10`, 10)
	m.Type = spec.Log
	return m
}

func event() spec.Monitor {
	m := with(`events("kube_namespace:shop reason:backoff").rollup("count").by("pod_name").last("15m") > 0`, 0)
	m.Type = spec.Event
	return m
}

func service() spec.Monitor {
	m := with(`"datadog.agent.up".over("kube_cluster_name:c1").by("host").last(2).count_by_status()`, 1)
	m.Type = spec.ServiceCheck
	m.Thresholds = spec.Thresholds{Critical: spec.At(1), Warning: spec.At(1), OK: spec.At(1)}
	m.NoData = spec.NoData{Notify: true, Minutes: 10}
	return m
}

func composite() spec.Monitor {
	m := with("12 && (34 || !56)", 0)
	m.Type, m.Thresholds = spec.Composite, spec.Thresholds{}
	return m
}

func burn() spec.Monitor {
	m := with(`burn_rate("`+id+`").over("30d").long_window("1h").short_window("5m") > 14.4`, 14.4)
	m.Type = spec.Burn
	return m
}

func budget() spec.Monitor {
	m := with(`error_budget("`+id+`").over("7d") > 80`, 80)
	m.Type = spec.Burn
	return m
}

func TestGoodMonitorsPass(t *testing.T) {
	t.Parallel()
	percentile := with("percentile(last_10m):p95:trace.http.server.request{env:production} > 2", 2)
	change := with("change(max(last_10m),10m_ago):max:kubernetes_state.container.restarts{kube_namespace:shop} by {pod_name} > 3", 3)
	low := with("max(last_5m):max:kubernetes_state.statefulset.replicas_ready{kube_namespace:shop,kube_stateful_set:db} < 1", 1)
	faceted := logs()
	faceted.Query = `logs("service:frontend @http.status_code:[500 TO 599] kube_namespace:shop").index("main")` +
		`.rollup("avg", "@duration").by("service,@http.route").last("2h") >= 10`
	quoted := logs()
	quoted.Query = `logs("kube_namespace:shop @error.kind:\"out of stock\"").index("*").rollup("count").last("5m") > 10`
	for name, m := range map[string]spec.Monitor{
		"metric": metric(), "ratio": errorRate(), "percentile": percentile, "change": change, "lower limit": low,
		"log": logs(), "log by facets": faceted, "log with quotes": quoted, "event": event(), "service check": service(),
		"composite": composite(), "burn rate": burn(), "error budget": budget(),
	} {
		if found := m.Check(scope()); len(found) > 0 {
			t.Errorf("%s: %s\n%s", name, m.Query, strings.Join(found, "\n"))
		}
	}
}

// refusal is a fault put into a good monitor.
type refusal struct {
	name string
	from func() spec.Monitor
	put  func(m *spec.Monitor)
	want string
}

// query replaces the query.
func query(text string) func(m *spec.Monitor) { return func(m *spec.Monitor) { m.Query = text } }

// TestRefusals: the first group is what Datadog's API refuses, the others what it takes and nobody wants.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, r := range slices.Concat(apiRefusals(), grammarRefusals(), metricRefusals(), ownRefusals(), textRefusals()) {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			m := r.from()
			r.put(&m)
			if found := m.Check(scope()); !slices.Contains(found, r.want) {
				t.Errorf("%s\ngot  %s\nwant %s", m.Query, strings.Join(found, "\n     "), r.want)
			}
		})
	}
}

func apiRefusals() []refusal {
	return []refusal{
		{"a limit that is not the threshold", metric, func(m *spec.Monitor) { m.Thresholds.Critical = spec.At(5) },
			"thresholds: critical is 5, but the query says 4"},
		{"warning without critical", metric, func(m *spec.Monitor) { m.Thresholds.Critical = nil },
			"thresholds: no critical threshold"},
		{"warning without critical in a service check", service, func(m *spec.Monitor) { m.Thresholds.Critical = nil },
			"thresholds: warning without critical"},
		{"recovery of an event", event, func(m *spec.Monitor) { m.Thresholds.CriticalRecovery = spec.At(-1) },
			"thresholds: an event monitor has no recovery thresholds"},
		{"alert and recovered at once", metric, func(m *spec.Monitor) { m.Thresholds.CriticalRecovery = spec.At(4) },
			"thresholds: critical_recovery is 4, want it below critical (4)"},
		{"fewer checks than the threshold", service, func(m *spec.Monitor) { m.Thresholds.Critical = spec.At(3) },
			"query: last(2), want at least the threshold critical (3)"},
		{"single quotes", logs, query(`logs('status:error').index('*').rollup('count').last('5m') > 10`),
			`query: invalid operator: single quotes, want double ones as in ` +
				`logs("search").index("*").rollup("count").last("5m") > 10`},
		{"a facet without a value", logs,
			query(`logs("kube_namespace:shop @http.status_code:").index("*").rollup("count").last("5m") > 10`),
			`query: invalid search: a tag or facet without a value in "kube_namespace:shop @http.status_code:"`},
		{"a range that is none", logs,
			query(`logs("kube_namespace:shop @x:[500 599]").index("*").rollup("count").last("5m") > 10`),
			"query: invalid search: @x:[500 599], want [low TO high]"},
		{"an evaluation window without a current period", metric, func(m *spec.Monitor) { m.CurrentPeriod = true },
			"query: a current_… window and an evaluation window go together or not at all"},
		{"a current period without an evaluation window", metric,
			query("avg(current_1d):avg:system.load.1{kube_cluster_name:c1} by {host} > 4"),
			"query: a current_… window and an evaluation window go together or not at all"},
		{"no data twice", metric, func(m *spec.Monitor) { m.NoData = spec.NoData{On: "default", Notify: true, Minutes: 5} },
			"noData: onMissingData excludes notifyNoData and noDataTimeframe"},
	}
}

func TestThresholdsThatAreNoNumbers(t *testing.T) {
	t.Parallel()
	_, err := spec.ParseThresholds(map[string]any{"critical": "many"})
	if want := `threshold critical: "many" is no number`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	_, err = spec.ParseThresholds(map[string]any{"citical": 1.0})
	if want := "threshold citical: unknown"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	got, err := spec.ParseThresholds(map[string]any{"critical": "10", "warning": 5.0, "ok": nil})
	if err != nil || *got.Critical != 10 || *got.Warning != 5 || got.OK != nil {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestMonitorsThatACompositeNamesMustExist(t *testing.T) {
	t.Parallel()
	s := scope()
	s.Monitors = []string{"12", "34"}
	if found := composite().Check(s); !slices.Contains(found, "query: there is no monitor 56") {
		t.Errorf("got %q", found)
	}
	s.Composites = []string{"34"}
	if found := composite().Check(s); !slices.Contains(found, "query: monitor 34 is a composite, which no other can be made of") {
		t.Errorf("got %q", found)
	}
}

func TestNumbersHaveNoExponent(t *testing.T) {
	t.Parallel()
	for value, want := range map[float64]string{1e6: "1000000", 0.5: "0.5", 14.4: "14.4", 0: "0", -3: "-3"} {
		if got := spec.Number(value); got != want {
			t.Errorf("%v: got %s, want %s", value, got, want)
		}
	}
}

// FuzzCheck: whatever a query says, it is taken or refused, never a panic.
func FuzzCheck(f *testing.F) {
	for _, m := range []spec.Monitor{metric(), errorRate(), logs(), event(), service(), composite(), burn(), budget()} {
		f.Add(m.Type, m.Query, m.Message)
	}
	f.Fuzz(func(t *testing.T, kind, query, message string) {
		m := spec.Monitor{Name: "x", Type: kind, Query: query, Message: message}
		m.Check(scope())
	})
}
