package exported_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/exported"
	"github.com/techcommerce/platform/infra/internal/tooltest"
)

// need is a label that one of some metrics must have; without a label, a metric that must be there.
type need struct {
	Metrics []string
	Label   string
}

// mustAsk has Prometheus' parser say what each expression refers to.
func mustAsk(tb testing.TB, expressions map[string]string) map[string][]need {
	tb.Helper()
	names := slices.Sorted(maps.Keys(expressions))
	var list []string
	for _, name := range names {
		list = append(list, expressions[name])
	}
	input, err := json.Marshal(list)
	if err != nil {
		tb.Fatal(err)
	}
	var answers []struct {
		Error string
		Needs []need
	}
	if err := json.Unmarshal([]byte(tooltest.Run(tb, string(input), tooltest.Queries(tb))), &answers); err != nil {
		tb.Fatal(err)
	}
	needs := map[string][]need{}
	for i, answer := range answers {
		if answer.Error != "" {
			tb.Errorf("%s: %s\n%s", names[i], answer.Error, list[i])
		}
		needs[names[i]] = answer.Needs
	}
	return needs
}

// mustKnow is what exporters export, rules record and Prometheus itself adds.
func mustKnow(tb testing.TB) exported.Metrics {
	tb.Helper()
	known, err := exported.Known()
	if err != nil {
		tb.Fatal(err)
	}
	made := map[string][]string{
		"ALERTS": {"alertname", "alertstate", "severity", "environment"},
	}
	service, objective := []string{"namespace", "service"}, []string{"slo", "service"}
	for _, group := range alerts.Rules(alerts.Reference()).Groups {
		for _, rule := range group.Rules {
			if strings.HasPrefix(rule.Record, "service:") {
				made[rule.Record] = service
			}
			if strings.HasPrefix(rule.Record, "slo:") {
				made[rule.Record] = objective
			}
		}
	}
	known["rules"] = made
	return known
}

// TestEverythingIsExported proves that every metric and label that a rule, a runbook or a dashboard asks for is exported
// by something, and that every expression is one.
func TestEverythingIsExported(t *testing.T) {
	t.Parallel()
	known := mustKnow(t)
	all, err := exported.Expressions()
	if err != nil {
		t.Fatal(err)
	}
	for where, needs := range mustAsk(t, all) {
		for _, need := range needs {
			if problem := lacks(known, need); problem != "" {
				t.Errorf("%s: %s", where, problem)
			}
		}
	}
}

// lacks says what is wrong with a need; empty if it is met.
func lacks(known exported.Metrics, need need) string {
	for _, metric := range need.Metrics {
		labels := known.Labels(metric)
		if need.Label == "" && labels == nil {
			return "nothing exports " + metric
		}
		if need.Label == "" || slices.Contains(labels, need.Label) {
			return ""
		}
	}
	return strings.Join(need.Metrics, ", ") + " have no label " + need.Label
}

// TestNoticesWhatIsMissing proves that the test above can fail.
func TestNoticesWhatIsMissing(t *testing.T) {
	t.Parallel()
	known := mustKnow(t)
	for _, test := range []struct{ name, expression, want string }{
		{name: "the old system's metric", expression: `rate(flask_http_request_total[5m])`, want: "nothing exports flask_http_request_total"},
		{name: "a label that is not there", expression: `up{region="eu"}`, want: "up have no label region"},
		{name: "grouping by a label that is not there", expression: `sum by (customer) (orders_total)`, want: "orders_total have no label customer"},
	} {
		var got []string
		for _, need := range mustAsk(t, map[string]string{test.name: test.expression})[test.name] {
			if problem := lacks(known, need); problem != "" {
				got = append(got, problem)
			}
		}
		if !slices.Contains(got, test.want) {
			t.Errorf("%s: %s gives %q, want %q", test.name, test.expression, got, test.want)
		}
	}
}

// TestContract proves that the services were seen to export every metric that the contract names.
func TestContract(t *testing.T) {
	t.Parallel()
	known := mustKnow(t)[alerts.JobServices]
	for _, metric := range []string{
		contract.MetricRequests, contract.MetricRequestDuration + "_bucket", contract.MetricBuildInfo, contract.MetricOrders,
		contract.MetricOrdersPending, contract.MetricOrdersPendingOldest, contract.MetricProductStock,
		contract.MetricReservationsOpen,
	} {
		if known[metric] == nil {
			t.Errorf("no service was seen to export %s", metric)
		}
	}
}

// TestOf proves that of many series what is asked for is kept, a line for each metric.
func TestOf(t *testing.T) {
	t.Parallel()
	metrics, err := exported.Of([]map[string]string{
		{"__name__": "up", "job": "services", "pod": "a"},
		{"__name__": "up", "job": "services", "node": "n"},
		{"__name__": "slo:burn:rate1h", "slo": "a"},
		{"__name__": "go_nobody_asks_for_this", "job": "services"},
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := metrics.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if want := "{\n  \"services\": {\n    \"up\": [\"job\",\"node\",\"pod\"]\n  }\n}\n"; text != want {
		t.Errorf("got %s, want %s", text, want)
	}
}
