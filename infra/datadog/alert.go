package datadog

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/datadog/discovery"
	"github.com/techcommerce/platform/infra/datadog/spec"
)

// watchable reports whether the agent collects what an alert compares.
func (a Args) watchable(alert alerts.Alert) bool {
	if alert.Datadog == nil {
		return false
	}
	return a.MeasuresDatabase || !slices.Contains(discovery.CollectedOfPostgres(), alert.Datadog.Metric.Name)
}

// fromAlert is the monitor that watches what an alert does.
func (a Args) fromAlert(alert alerts.Alert) planned {
	q := *alert.Datadog
	q.Critical = rounded(q.Critical)
	if q.Warning != nil {
		q.Warning = new(rounded(*q.Warning))
	}
	m := spec.Monitor{
		Name: alert.Name, Type: spec.Metric, Query: a.query(q), Priority: priority(alert.Severity),
		Thresholds: spec.Thresholds{Critical: spec.At(q.Critical), Warning: q.Warning}, NewGroupDelay: delay(q.By),
		NoData: spec.NoData{On: "show_no_data"},
	}
	switch {
	case q.Silent:
		m.NoData.On = "default"
	case q.Told:
		m.NoData.On = "show_and_notify_no_data"
	}
	about := "{{value}} of " + q.Metric.Name
	if q.Of != nil {
		about = "{{value}} % of " + q.Of.Name
	}
	m.Message = a.message(text{
		summary: translate(alert.Summary, q, a.Scope.Namespace), about: about,
		meaning: alert.Runbook.Meaning, impact: alert.Runbook.Impact, runbook: alert.Name + ".md",
	}, m)
	return planned{name: alert.Name, monitor: m, service: serviceOf(q)}
}

// podDelay is how many seconds a new pod has before it is judged: its image is pulled, it starts.
const podDelay = 300

// delay is how many seconds a new group has.
func delay(by []string) int {
	if slices.Contains(by, "pod_name") {
		return podDelay
	}
	return 60
}

// rounded takes away what arithmetic has added: a share of 0.8 is 20 percent left, not 19.999999999999996.
func rounded(value float64) float64 { return math.Round(value*1e6) / 1e6 }

// priority is Datadog's for a severity: only the first wakes somebody.
func priority(s alerts.Severity) int {
	return map[alerts.Severity]int{alerts.Critical: 1, alerts.Warning: 3, alerts.Info: 4}[s]
}

// query writes a query in Datadog's grammar.
func (a Args) query(q alerts.Query) string {
	expression := a.term(q.Metric, q.By)
	if q.Of != nil {
		expression += " / " + a.term(*q.Of, q.By) + " * 100"
	}
	window := span(q.Window)
	reduce := q.Reduce + "(last_" + window + ")"
	if q.Reduce == "change" {
		reduce = "change(max(last_" + window + ")," + window + "_ago)"
	}
	return reduce + ":" + expression + " " + q.Compare + " " + spec.Number(q.Critical)
}

// term writes one metric of a query.
func (a Args) term(m alerts.Metric, by []string) string {
	metric := name(m.Name)
	filter := strings.Join(append(a.filter(metric), retagged(metric, m.Filter)...), ",")
	term := m.Space + ":" + metric + "{" + filter + "}"
	if len(by) > 0 {
		term += " by {" + strings.Join(by, ",") + "}"
	}
	if m.Count {
		term += ".as_count()"
	}
	if m.Zero {
		term = "default_zero(" + term + ")"
	}
	return term
}

// name is what Datadog calls a metric: those of the services have another name there.
func name(metric string) string {
	if known, ok := discovery.MetricName(metric); ok {
		return known
	}
	return metric
}

// filter is what makes a metric the stack's: traces know the environment alone, nodes the cluster alone.
func (a Args) filter(metric string) []string {
	env, namespace := "env:"+a.Scope.Environment, "kube_namespace:"+a.Scope.Namespace
	cluster := "kube_cluster_name:" + a.Scope.Cluster
	switch {
	case strings.HasPrefix(metric, "trace."):
		return []string{env}
	case strings.HasPrefix(metric, "system."), strings.HasPrefix(metric, "kubernetes_state.node."):
		return []string{cluster}
	case strings.HasPrefix(metric, "kubernetes"):
		return []string{namespace, cluster}
	}
	return []string{env, namespace}
}

// retagged are the tags under which a metric has what the services call method and route: traces join the two. Probes
// are no requests that anybody made.
func retagged(metric string, filter []string) []string {
	if metric == name(contract.MetricRequests) && !slices.ContainsFunc(filter, isRoute) {
		return append([]string{"!route:" + contract.HealthPath, "!route:" + contract.ReadyPath}, filter...)
	}
	if !strings.HasPrefix(metric, "trace.") {
		return filter
	}
	var kept []string
	var method, route string
	for _, tag := range filter {
		key, value, _ := strings.Cut(tag, ":")
		switch key {
		case "method":
			method = value
		case "route":
			route = value
		default:
			kept = append(kept, tag)
		}
	}
	if route != "" {
		kept = append(kept, "resource_name:"+strings.ToLower(method)+"_"+route)
	}
	return kept
}

func isRoute(tag string) bool { return strings.HasPrefix(tag, "route:") }

// span is a window in whole minutes or hours.
func span(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dm", int(d.Minutes()))
}

var labelForm = regexp.MustCompile(`\{\{ *\$labels\.(\w+) *\}\}`)

// groups are Datadog's tags for Prometheus' labels.
func groups() map[string]string {
	return map[string]string{
		"pod": "pod_name", "container": "kube_container_name", "node": "host", "deployment": "kube_deployment",
		"statefulset": "kube_stateful_set",
	}
}

// translate puts Datadog's variables into a text that was written for Prometheus. A label that the query is not split by
// has no value.
func translate(text string, q alerts.Query, namespace string) string {
	return labelForm.ReplaceAllStringFunc(text, func(found string) string {
		label := labelForm.FindStringSubmatch(found)[1]
		tag, renamed := groups()[label]
		if !renamed {
			tag = label
		}
		switch {
		case label == "namespace":
			return namespace
		case slices.Contains(q.By, tag):
			return "{{" + tag + ".name}}"
		}
		return "a " + label
	})
}

// serviceOf is the service that a query is about; the whole shop where it is about none or several.
func serviceOf(q alerts.Query) string {
	for _, service := range contract.Services() {
		if slices.Contains(q.Metric.Filter, "service:"+service.Name) {
			return service.Name
		}
	}
	return everything
}

// everything is the tag "service" of monitors that are about no single service.
const everything = "shop"
