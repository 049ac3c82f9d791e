// Package alerts holds every alert of the platform once: what it means, how severe it is, when it fires, and what the
// one who is woken by it shall do. Prometheus' rules, Datadog's monitors and the runbooks are made from these values.
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

// Alert is one thing that somebody should hear of.
type Alert struct {
	// Name is the alert's name everywhere: rule, notification, runbook. It never changes, or silences stop working.
	Name string
	// Severity says who is told.
	Severity Severity
	// For is how long Expr must hold without a gap. Zero: the first time is enough.
	For time.Duration
	// Expr is a PromQL expression that yields a series for each thing that is wrong.
	Expr string
	// Labels are added to those of Expr's series.
	Labels map[string]string
	// Summary is one line that names what is wrong; Description says the value and what it means. Both are Prometheus
	// templates.
	Summary, Description string
	// Page is the dashboard to open.
	Page dashboards.Page
	// Hides lists the alerts that are not worth telling while this one fires.
	Hides []Hidden
	// Runbook is what to do about it.
	Runbook Runbook
	// Datadog is the same condition for Datadog; nil where Datadog has no data for it.
	Datadog *Query
}

// Severity says who is told: Critical wakes somebody, Warning waits for the morning, Info is for those who ask.
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

// Hidden are alerts that follow from another one and would only repeat it.
type Hidden struct {
	// Alerts are their names.
	Alerts []string
	// Equal are the labels in which both must agree. The environment always must.
	Equal []string
}

// All lists the alerts of a stack, each complete: with the stack's severity, its labels and its links.
func All(t Target) []Alert {
	var list []Alert
	for _, part := range parts() {
		list = append(list, part(t)...)
	}
	var kept []Alert
	for _, alert := range list {
		if severity, ok := t.Severities[alert.Name]; ok {
			alert.Severity = severity
		}
		if alert.Severity == Off {
			continue
		}
		alert.Expr = t.promql(alert.Expr)
		labels := map[string]string{"severity": string(alert.Severity), "environment": t.Environment}
		maps.Copy(labels, alert.Labels)
		alert.Labels = labels
		kept = append(kept, alert)
	}
	return kept
}

// parts are the groups that the alerts come in; each is a file of this package.
func parts() []func(Target) []Alert {
	return []func(Target) []Alert{services, pods, monitoring}
}

// Names lists every alert there is, whatever a stack has.
func Names() []string {
	var names []string
	for _, alert := range All(Reference()) {
		names = append(names, alert.Name)
	}
	return slices.Sorted(slices.Values(names))
}

// annotations are what a notification shows beside the labels.
func (a Alert) annotations(t Target) map[string]string {
	notes := map[string]string{"summary": a.Summary, "description": a.Description}
	if t.Runbooks != "" {
		notes["runbook_url"] = strings.TrimSuffix(t.Runbooks, "/") + "/" + a.File()
	}
	if t.Grafana != "" {
		notes["dashboard_url"] = strings.TrimSuffix(t.Grafana, "/") + a.Page.Path(t.Namespace)
	}
	return notes
}

// File is the name of the alert's runbook.
func (a Alert) File() string { return a.Name + ".md" }
