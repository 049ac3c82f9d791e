package exported

import (
	"regexp"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/dashboards"
)

// Expressions are everything that the platform asks of Prometheus, by where it stands: rules, runbooks, dashboards.
func Expressions() (map[string]string, error) {
	target := alerts.Reference()
	target.Namespace, target.Host = "shop", "shop.example.com"
	all := map[string]string{}
	for _, group := range alerts.Rules(target).Groups {
		for _, rule := range group.Rules {
			all["rule "+rule.Alert+rule.Record+" "+rule.Labels["slo"]] = rule.Expr
		}
	}
	for _, alert := range alerts.All(target) {
		for _, step := range alert.Runbook.Investigate {
			if step.Query != "" {
				all["runbook of "+alert.Name+": "+step.Do] = step.Query
			}
		}
	}
	panels, err := dashboards.Panels(dashboards.Variables{Namespace: "shop", Service: "order-api"})
	if err != nil {
		return nil, err
	}
	for _, panel := range panels {
		for _, query := range panel.Queries {
			all["dashboard "+string(panel.Page)+": "+panel.Title+": "+query] = query
		}
	}
	return all, nil
}

var word = regexp.MustCompile(`[a-zA-Z_][a-zA-Z0-9_]*`)

// words are all that the expressions consist of, the names of metrics among them.
func words() (map[string]bool, error) {
	expressions, err := Expressions()
	if err != nil {
		return nil, err
	}
	all := map[string]bool{}
	for _, expression := range expressions {
		for _, found := range word.FindAllString(expression, -1) {
			all[found] = true
		}
	}
	return all, nil
}
