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

// fromAlert are the monitors that watch what an alert does: one as a rule, one for each service where the alert says so,
// and one for each namespace that has what the alert is about.
func (a Args) fromAlert(alert alerts.Alert) []planned {
	if alert.Datadog.Each != "" {
		var list []planned
		for _, service := range a.Services {
			q := *alert.Datadog
			q.Metric.Filter = append(slices.Clone(q.Metric.Filter), q.Each+":"+service.Name)
			p := a.monitorOf(alert, q, alert.Name+"-"+service.Name, a.Scope.Namespace)
			p.service = service.Name
			list = append(list, p)
		}
		return list
	}
	namespaces, several := a.holding(*alert.Datadog)
	if !several {
		return []planned{a.monitorOf(alert, *alert.Datadog, alert.Name, a.Scope.Namespace)}
	}
	var list []planned
	for _, namespace := range namespaces {
		name := alert.Name
		if namespace != a.Scope.Namespace {
			name += "-" + monitored
		}
		list = append(list, a.monitorOf(alert, *alert.Datadog, name, namespace))
	}
	return list
}

// monitored ends the names of monitors that watch the monitoring itself.
const monitored = "monitoring"

// holding are the namespaces that have what a query is split by, for what not every namespace of a stack has: a monitor of
// a namespace without any would be silent for ever.
func (a Args) holding(q alerts.Query) (namespaces []string, several bool) {
	switch {
	case slices.Contains(q.By, "kube_stateful_set"):
		return a.StatefulSets, true
	case slices.Contains(q.By, "persistentvolumeclaim"):
		return a.Volumes, true
	}
	return nil, false
}

// monitorOf is the monitor of an alert, under a name and of a namespace.
func (a Args) monitorOf(alert alerts.Alert, q alerts.Query, name, namespace string) planned {
	q.Critical, q.Warning = a.limits(name, rounded(q.Critical), roundedWarning(q.Warning))
	m := spec.Monitor{
		Name: name, Type: spec.Metric, Query: a.query(q, namespace), Priority: priority(alert.Severity),
		Thresholds: spec.Thresholds{Critical: spec.At(q.Critical), Warning: q.Warning}, NewGroupDelay: delay(q.By),
		NoData: spec.NoData{On: "show_no_data"},
	}
	switch {
	case q.NoData == alerts.NoDataIsFine:
		m.NoData.On = "default"
	case q.NoData == alerts.NoDataNotifies:
		m.NoData.On = "show_and_notify_no_data"
	}
	about := "{{value}} of " + q.Metric.Name
	if q.Of != nil {
		about = "{{value}} % of " + q.Of.Name
	}
	summary, problems := translate(alert.Summary, q, namespace)
	m.Message = a.message(text{
		summary: summary, about: about,
		meaning: alert.Runbook.Meaning, impact: alert.Runbook.Impact, runbook: alert.Name + ".md",
		namespace: namespace,
	}, m)
	return planned{name: name, monitor: m, service: serviceOf(q), namespace: namespace, problems: problems}
}

func roundedWarning(value *float64) *float64 {
	if value == nil {
		return nil
	}
	return new(rounded(*value))
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

// priority is Datadog's for a severity: only the first pages on-call.
func priority(s alerts.Severity) int {
	return map[alerts.Severity]int{alerts.Critical: 1, alerts.Warning: 3, alerts.Info: 4}[s]
}

// query writes a query in Datadog's grammar.
func (a Args) query(q alerts.Query, namespace string) string {
	expression := a.term(q.Metric, q.By, namespace)
	if q.Of != nil {
		expression += " / " + a.term(*q.Of, q.By, namespace) + " * 100"
	}
	window := span(q.Window)
	reduce := q.Reduce + "(last_" + window + ")"
	if q.Reduce == "change" {
		reduce = "change(max(last_" + window + ")," + window + "_ago)"
	}
	return reduce + ":" + expression + " " + q.Compare + " " + spec.Number(q.Critical)
}

// term writes one metric of a query.
func (a Args) term(m alerts.Metric, by []string, namespace string) string {
	metric := name(m.Name)
	filter := strings.Join(append(a.filter(metric, namespace), retagged(metric, m.Filter)...), ",")
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
func (a Args) filter(metric, of string) []string {
	env, namespace := "env:"+a.Scope.Environment, "kube_namespace:"+of
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

// groups are Datadog's tags for Prometheus' labels, those that a metric is most likely to have first.
func groups(label string) []string {
	known := map[string][]string{
		"pod": {"pod_name"}, "container": {"kube_container_name"}, "node": {"node", "host"}, "deployment": {"kube_deployment"},
		"statefulset": {"kube_stateful_set"}, "service": {"service", "kube_deployment"},
	}
	if tags, ok := known[label]; ok {
		return tags
	}
	return []string{label}
}

// translate puts Datadog's variables into a text that was written for Prometheus. A label that the query is neither split
// by nor limited to has no value, and the message would not say which pod it is about: that is a problem.
func translate(text string, q alerts.Query, namespace string) (translated string, problems []string) {
	translated = labelForm.ReplaceAllStringFunc(text, func(found string) string {
		label := labelForm.FindStringSubmatch(found)[1]
		if label == "namespace" {
			return namespace
		}
		for _, tag := range groups(label) {
			if slices.Contains(q.By, tag) {
				return "{{" + tag + ".name}}"
			}
			for _, filter := range q.Metric.Filter {
				if key, value, _ := strings.Cut(filter, ":"); key == tag {
					return value
				}
			}
		}
		problems = append(problems, fmt.Sprintf("message: label %s has no value: the query is by {%s}", label, strings.Join(q.By, ",")))
		return found
	})
	return translated, problems
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
