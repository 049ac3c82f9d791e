package dashboards

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Panel is one panel of a page and what it asks.
type Panel struct {
	Page    Page
	Title   string
	Queries []string
}

// Variables are what a page lets people choose, and what Grafana fills in by itself.
type Variables struct {
	Namespace, Service string
}

// Panels lists every panel that asks something, with the variables filled in.
func Panels(v Variables) ([]Panel, error) {
	// Longer names come before those that they begin with.
	fill := strings.NewReplacer(
		"$__rate_interval", "2m", "$namespace", v.Namespace, "$service", v.Service,
	)
	var list []Panel
	for _, page := range Pages() {
		var content struct {
			Panels []struct {
				Title   string
				Targets []struct{ Expr string }
			}
		}
		if err := json.Unmarshal([]byte(page.text()), &content); err != nil {
			return nil, fmt.Errorf("%s: %w", page.file(), err)
		}
		for _, p := range content.Panels {
			panel := Panel{Page: page, Title: p.Title}
			for _, target := range p.Targets {
				panel.Queries = append(panel.Queries, fill.Replace(target.Expr))
			}
			if len(panel.Queries) > 0 {
				list = append(list, panel)
			}
		}
	}
	return list, nil
}

// Sometimes says which panels are empty on a healthy local stack, by page and title, and why.
func Sometimes() map[string]string {
	return map[string]string{
		"overview/Alerts":                   "no alert is pending or fires",
		"overview/PostgreSQL answers":       "PostgreSQL runs in the cluster of staging alone",
		"overview/Age of the last backup":   "PostgreSQL runs in the cluster of staging alone",
		"overview/Connections":              "PostgreSQL runs in the cluster of staging alone",
		"overview/Certificate ends in":      "only production has an Ingress with TLS",
		"service/Errors by route":           "no request has failed",
		"service/Refused by clients' fault": "no client has asked for anything wrong",
		"service/Throttled":                 "the local stack's services have no CPU limit",
		"prometheus/Behind in remote write": "the local stack sends its samples nowhere else",
	}
}
