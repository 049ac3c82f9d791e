package alerts

import (
	"fmt"
	"time"

	"go.yaml.in/yaml/v3"
)

// RuleFile is a Prometheus rule file.
type RuleFile struct {
	Groups []RuleGroup `yaml:"groups"`
}

// RuleGroup is evaluated in order, so a rule may use what an earlier one recorded.
type RuleGroup struct {
	Name  string `yaml:"name"`
	Rules []Rule `yaml:"rules"`
}

// Rule either records a series or alerts.
type Rule struct {
	Record      string            `yaml:"record,omitempty"`
	Alert       string            `yaml:"alert,omitempty"`
	Expr        string            `yaml:"expr"`
	For         Duration          `yaml:"for,omitempty"`
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
	group := RuleGroup{Name: "alerts"}
	for _, alert := range All(t) {
		group.Rules = append(group.Rules, Rule{
			Alert: alert.Name, Expr: alert.Expr, For: Duration(alert.For),
			Labels: alert.Labels, Annotations: alert.annotations(t),
		})
	}
	return RuleFile{Groups: []RuleGroup{group}}
}

// YAML is the file's text.
func (f RuleFile) YAML() (string, error) {
	text, err := yaml.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("rules: %w", err)
	}
	return string(text), nil
}
