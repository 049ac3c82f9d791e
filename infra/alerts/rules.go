package alerts

import (
	"fmt"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// RuleFile is a Prometheus rule file.
type RuleFile struct {
	Groups []RuleGroup `yaml:"groups"`
}

// RuleGroup is evaluated in order, so a rule may use what an earlier one recorded.
type RuleGroup struct {
	Name string `yaml:"name"`
	// Interval is the time between two evaluations. Zero: Prometheus' own.
	Interval Duration `yaml:"interval,omitempty"`
	Rules    []Rule   `yaml:"rules"`
}

// Rule either records a series or alerts.
type Rule struct {
	Record      string            `yaml:"record,omitempty"`
	Alert       string            `yaml:"alert,omitempty"`
	Expr        string            `yaml:"expr"`
	For         Duration          `yaml:"for,omitempty"`
	KeepFiring  Duration          `yaml:"keep_firing_for,omitempty"`
	Labels      map[string]string `yaml:"labels,omitempty"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
}

// Duration is written as Prometheus reads it: whole milliseconds, seconds, minutes, hours or days.
type Duration time.Duration

// MarshalYAML implements yaml.Marshaler.
func (d Duration) MarshalYAML() (any, error) { return d.String(), nil }

// String uses the greatest unit that leaves no rest.
func (d Duration) String() string {
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}} {
		if span := time.Duration(d); span >= unit.size && span%unit.size == 0 {
			return fmt.Sprintf("%d%s", span/unit.size, unit.name)
		}
	}
	return fmt.Sprintf("%dms", time.Duration(d).Milliseconds())
}

// Rules is everything that Prometheus evaluates for a stack.
func Rules(t Target) RuleFile {
	var file RuleFile
	for _, group := range ruleGroups() {
		if rules := t.rules(group); len(rules.Rules) > 0 {
			file.Groups = append(file.Groups, rules)
		}
	}
	return file
}

func (t Target) rules(p ruleGroup) RuleGroup {
	group := RuleGroup{Name: p.name, Interval: Duration(p.interval)}
	if p.record != nil {
		variables := t.variables()
		for _, rule := range p.record(t) {
			rule.Expr = variables.promql(rule.Expr)
			group.Rules = append(group.Rules, rule)
		}
	}
	if p.alerts == nil {
		return group
	}
	for _, alert := range t.complete(p.alerts(t)) {
		group.Rules = append(group.Rules, Rule{
			Alert: alert.Name, Expr: alert.Expr, For: Duration(alert.For), KeepFiring: Duration(alert.keepFiring),
			Labels: alert.Labels, Annotations: alert.annotations(t),
		})
	}
	return group
}

// annotations are what a notification shows beside the labels.
func (a Alert) annotations(t Target) map[string]string {
	notes := map[string]string{"summary": a.Summary, "description": a.Description}
	if t.Runbooks != "" {
		notes["runbook_url"] = strings.TrimSuffix(t.Runbooks, "/") + "/" + a.Name + ".md"
	}
	if t.Grafana != "" {
		notes["dashboard_url"] = strings.TrimSuffix(t.Grafana, "/") + a.Dashboard.Path(t.Namespace)
	}
	return notes
}

// YAML is the file's text.
func (f RuleFile) YAML() (string, error) {
	text, err := yaml.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("rules: %w", err)
	}
	return string(text), nil
}
