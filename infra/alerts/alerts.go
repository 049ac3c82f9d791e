// Package alerts holds every alert of the platform once: what it means, how severe it is, when it fires, and what
// on-call does about it. Prometheus' rules, Datadog's monitors and the runbooks are made from these values.
//
// It knows neither Pulumi nor Kubernetes objects nor stacks: what differs between stacks comes in as a Target.
package alerts

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/techcommerce/platform/infra/dashboards"
)

// Alert is one condition that on-call or the team is notified of.
type Alert struct {
	// Name is the alert's name everywhere: rule, notification, runbook. It never changes, or silences stop working.
	Name string
	// Severity says who is notified.
	Severity Severity
	// For is how long Expr must hold without a gap. Zero: the first time is enough.
	For time.Duration
	// Expr is a PromQL expression that yields a series for each thing that is wrong.
	// $limit in it is the value of Limit.
	Expr string
	// Limit is the threshold that a stack may set; the zero value where there is none.
	Limit Limit
	// Labels are added to those of Expr's series.
	Labels map[string]string
	// Summary is one line that names what is wrong; Description says the value and what it means. Both are Prometheus
	// templates.
	Summary, Description string
	// Dashboard is the one to open.
	Dashboard dashboards.Page
	// Inhibits lists the alerts that are not notified while this one fires.
	Inhibits []Inhibition
	// Runbook is what to do about it.
	Runbook Runbook
	// Datadog is the same condition for Datadog; nil where Datadog has no data for it.
	Datadog *Query
	// DatadogSetting is the setting with which Datadog has a monitor of its own for the same; empty where there is none.
	DatadogSetting string
	// NotificationPath says that the alert is about Prometheus' own way to those whom it notifies: no other backend needs it.
	NotificationPath bool

	// keepFiring is how long the alert still fires after Expr has stopped to hold.
	keepFiring time.Duration
}

// Severity says who is notified: Critical pages on-call, Warning waits for the morning, Info is for reference.
type Severity string

// The severities. Off is only for Target.Severities: the stack does not have that alert.
const (
	Critical Severity = "critical"
	Warning  Severity = "warning"
	Info     Severity = "info"
	Off      Severity = "off"
)

// Severities lists what an alert may have, the most severe first.
func Severities() []Severity { return []Severity{Critical, Warning, Info} }

// Inhibition names alerts that follow from another one and would only repeat it.
type Inhibition struct {
	// Alerts are their names.
	Alerts []string
	// Equal are the labels in which both must agree. The environment always must.
	Equal []string
}

// ruleGroup is what monitors one subject: the series that it records first, and its alerts. Either may be nil.
type ruleGroup struct {
	name     string
	interval time.Duration
	record   func(Target) []Rule
	alerts   func(Target) []Alert
}

// ruleGroups are evaluated side by side, each in its own order.
func ruleGroups() []ruleGroup {
	return []ruleGroup{
		{name: "services", record: recordServices, alerts: services},
		{name: "orders", alerts: orders},
		{name: "reconciliation", alerts: reconciliation},
		{name: "events", alerts: events},
		{name: "outside", alerts: outside},
		{name: "objectives", record: recordObjectives, alerts: objectives},
		{name: "objectives-long", interval: 2 * time.Minute, record: recordLongObjectives},
		{name: "pods", alerts: pods},
		{name: "workloads", alerts: workloads},
		{name: "nodes", alerts: nodes},
		{name: "volumes", alerts: volumes},
		{name: "database", alerts: database},
		// What lasts for weeks is evaluated less often: it reads a month of samples.
		{name: "certificates", interval: 5 * time.Minute, alerts: certificates},
		{name: "monitoring", alerts: monitoring},
	}
}

// All lists the alerts of a stack, each with the stack's severity, labels and numbers.
func All(t Target) []Alert {
	var list []Alert
	for _, group := range ruleGroups() {
		if group.alerts != nil {
			list = append(list, t.complete(group.alerts(t))...)
		}
	}
	return list
}

// Names lists every alert that a stack may have, sorted.
func Names() []string {
	var names []string
	for _, group := range ruleGroups() {
		if group.alerts == nil {
			continue
		}
		for _, alert := range group.alerts(Reference()) {
			names = append(names, alert.Name)
		}
	}
	return slices.Sorted(slices.Values(names))
}

// complete gives alerts what all of them have from the stack, and drops those that it does not want.
func (t Target) complete(list []Alert) []Alert {
	var kept []Alert
	variables := t.variables()
	for _, alert := range list {
		if severity, ok := t.Severities[alert.Name]; ok {
			alert.Severity = severity
		}
		if alert.Severity == Off {
			continue
		}
		labels := map[string]string{"severity": string(alert.Severity), "environment": t.Environment}
		maps.Copy(labels, alert.Labels)
		alert.Labels = labels
		alert.keepFiring = t.keepFiring(alert)
		alert.Expr = variables.promql(t.compare(alert))
		alert.Runbook = variables.runbook(alert.Runbook)
		kept = append(kept, alert)
	}
	return kept
}

// keepFiring lets an alert outlast those that it inhibits, or each would be notified when it ends. They compute rates over
// a window that still holds the fault after it is over. An alert over the same window ends within a few evaluations of
// them.
func (t Target) keepFiring(a Alert) time.Duration {
	const evaluations = time.Minute
	switch {
	case len(a.Inhibits) == 0:
		return 0
	case strings.Contains(a.Expr, "$rate") || strings.Contains(a.Expr, "_rate"):
		return evaluations
	default:
		return t.rateWindow() + evaluations
	}
}
