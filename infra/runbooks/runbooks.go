// Package runbooks writes down, from the alerts, what to do when one fires: docs/runbooks, a page for each. Nothing is
// explained here.
package runbooks

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/techcommerce/platform/infra/alerts"
)

//go:embed *.tmpl
var templates embed.FS

// page is an alert as its page shows it.
type page struct {
	alerts.Alert
	// After is how long it waits; empty if it does not.
	After string
	// SilenceCommand silences it.
	SilenceCommand string
	// Inhibited are the alerts that it inhibits.
	Inhibited []string
	// LimitText is its limit where a stack sets none.
	LimitText string
}

// Pages are the files of docs/runbooks by their names.
func Pages() (map[string]string, error) {
	layout, err := template.New("").Funcs(template.FuncMap{
		"number": func(index int) string { return strconv.Itoa(index + 1) },
		"indent": func(text string) string { return "   " + strings.ReplaceAll(text, "\n", "\n   ") },
	}).ParseFS(templates, "*.tmpl")
	if err != nil {
		return nil, fmt.Errorf("runbooks: %w", err)
	}
	files := map[string]string{}
	list := bySeverity(alerts.All(alerts.Reference()))
	write := func(name, template string, data any) error {
		var text strings.Builder
		if err := layout.ExecuteTemplate(&text, template, data); err != nil {
			return fmt.Errorf("runbooks: %s: %w", name, err)
		}
		files[name] = text.String()
		return nil
	}
	page, err := indexOf(list)
	if err != nil {
		return nil, fmt.Errorf("runbooks: %w", err)
	}
	if err := write("README.md", "index.md.tmpl", page); err != nil {
		return nil, err
	}
	for _, alert := range list {
		if err := write(alert.Name+".md", "page.md.tmpl", pageOf(alert)); err != nil {
			return nil, err
		}
	}
	return files, nil
}

func pageOf(alert alerts.Alert) page {
	p := page{Alert: alert, SilenceCommand: silence(alert.Name), LimitText: alert.Limit.Text(alert.Limit.Default)}
	if alert.For > 0 {
		p.After = alerts.Duration(alert.For).String()
	}
	for _, inhibited := range alert.Inhibits {
		p.Inhibited = append(p.Inhibited, inhibited.Alerts...)
	}
	return p
}

func silence(name string) string {
	return "kubectl -n monitoring exec alertmanager-0 -- amtool --alertmanager.url=http://localhost:9093 silence add \\\n" +
		"  alertname=" + name + " environment=$ENV --duration=2h --author=\"$USER\" --comment='why, and who works on it'"
}

// bySeverity puts the most severe first, and equal ones in the order of their names.
func bySeverity(list []alerts.Alert) []alerts.Alert {
	order := alerts.Severities()
	slices.SortFunc(list, func(a, b alerts.Alert) int {
		if a.Severity != b.Severity {
			return slices.Index(order, a.Severity) - slices.Index(order, b.Severity)
		}
		return strings.Compare(a.Name, b.Name)
	})
	return list
}
