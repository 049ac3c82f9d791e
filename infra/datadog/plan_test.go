package datadog_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/datadog"
	"github.com/techcommerce/platform/infra/datadog/spec"
)

func args() datadog.Args {
	target := alerts.Reference()
	target.Environment, target.Namespace = "production", "shop"
	return datadog.Args{
		Stack: "production", Scope: spec.Scope{Environment: "production", Namespace: "shop", Cluster: "c1"},
		APIKey: "a", AppKey: "b", API: "https://api.datadoghq.com", App: "https://app.datadoghq.com",
		Alerts: alerts.All(target), Runbooks: "https://example.com/runbooks", Team: "shop",
		Services: []datadog.Service{{Name: "product-api"}, {Name: "order-api", Calls: true}, {Name: "frontend", Calls: true}},
		Orders:   "order-api", Catalogue: "product-api", Entry: "frontend",
		Pager: []string{"@pagerduty-shop"}, Subscribers: []string{"@slack-shop"}, Repeat: true,
		Limits:       datadog.Limits{ErrorLogs: 10, ServerErrors: 20, LogLines: 1000, CallErrors: 5},
		Objectives:   datadog.Objectives{Orders: 99.9, Catalogue: 99, Shop: 99.9, CatalogueSeconds: 0.5, Burn: true},
		WatchesAgent: true, MeasuresDatabase: true,
		StatefulSets: []string{"shop", "monitoring"}, Volumes: []string{"monitoring"},
	}
}

// TestPlanOfEverything: every alert that is in Datadog and every monitor of its own passes all rules.
func TestPlanOfEverything(t *testing.T) {
	t.Parallel()
	if _, err := args().Plan(); err != nil {
		t.Error(err)
	}
}

// TestFaultyPlansAreRefused puts faults into what the plan is made of.
func TestFaultyPlansAreRefused(t *testing.T) {
	t.Parallel()
	alert := func(change func(q *alerts.Query)) func(a *datadog.Args) {
		return func(a *datadog.Args) {
			q := alerts.Query{
				Reduce: "avg", Window: 5 * time.Minute, Compare: ">", Critical: 1, NoData: alerts.NoDataIsFine,
				Metric: alerts.Metric{Space: "avg", Name: "system.cpu.idle"}, By: []string{"host"},
			}
			change(&q)
			a.Alerts = append(a.Alerts, alerts.Alert{Name: "New", Severity: alerts.Warning, Summary: "x", Datadog: &q})
		}
	}
	for _, c := range []struct {
		name string
		put  func(a *datadog.Args)
		want string
	}{
		{"B56 a service that no log line names", func(a *datadog.Args) { a.Orders = "techcommerce-order-api" },
			"query: there is no service techcommerce-order-api"},
		{"B48 a metric that nobody exports", alert(func(q *alerts.Query) { q.Metric.Name = "flask_http_request_total" }),
			"monitor New: query: nothing sends flask_http_request_total"},
		{"a tag that the metric does not have", alert(func(q *alerts.Query) { q.Metric.Filter = []string{"pod_name:x"} }),
			"monitor New: query: system.cpu.idle has no tag pod_name"},
		{"a group that the metric does not have", alert(func(q *alerts.Query) { q.By = []string{"product"} }),
			"monitor New: query: system.cpu.idle has no tag product"},
		{"a window that Datadog does not have", alert(func(q *alerts.Query) { q.Window = 30 * 24 * time.Hour }),
			"monitor New: query: window last_720h, want 1 minute to 1 week"},
		{"a warning beyond the limit", alert(func(q *alerts.Query) { q.Warning = spec.At(2) }),
			"monitor New: thresholds: warning is 2, want it below critical (1)"},
		{"a count that is averaged", alert(func(q *alerts.Query) { q.Metric.Count = true }),
			"monitor New: query: avg(…) over system.cpu.idle.as_count(), want sum: anything else forgets how many there were"},
		{"an objective that cannot burn so fast", func(a *datadog.Args) { a.Objectives.Orders = 90 },
			"monitor OrdersBurnFast: query: burn rate 14.4, but a target of 90 can burn at 10 at most"},
		{"a message about a pod that nothing names", func(a *datadog.Args) {
			q := alerts.Query{
				Reduce: "avg", Window: 5 * time.Minute, Compare: ">", Critical: 1, NoData: alerts.NoDataIsFine,
				Metric: alerts.Metric{Space: "avg", Name: "system.cpu.idle"}, By: []string{"host"},
			}
			a.Alerts = append(a.Alerts, alerts.Alert{
				Name: "New", Severity: alerts.Warning, Summary: "{{ $labels.pod }} on {{ $labels.node }}", Datadog: &q,
			})
		}, "monitor New: message: label pod has no value: the query is by {host}"},
		{"a threshold of a monitor that there is not", func(a *datadog.Args) {
			a.Thresholds = map[string]datadog.Threshold{"ErrorLogs-fronted": {Critical: 1}}
		}, "thresholds: the stack has no monitor ErrorLogs-fronted with a threshold; it has "},
		{"a stack's warning beyond its limit", func(a *datadog.Args) {
			a.Thresholds = map[string]datadog.Threshold{"ErrorLogs-frontend": {Critical: 1, Warning: spec.At(2)}}
		}, "monitor ErrorLogs-frontend: thresholds: warning is 2, want it below critical (1)"},
		{"an exclusion that finds nothing", func(a *datadog.Args) {
			a.Index = &datadog.Index{Exclude: []datadog.Exclusion{{Name: "chatter", Query: "level:debug"}}}
		}, "logs: exclusion chatter: query: log lines has no tag level"},
		{"a team in capitals", func(a *datadog.Args) { a.Team = "Shop" }, `tags: "team:Shop", want key:value in lower case`},
	} {
		a := args()
		c.put(&a)
		_, err := a.Plan()
		if !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}
