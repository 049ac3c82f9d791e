package runbooks

import (
	"regexp"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/runbooks/measured"
)

// index is the page that lists the alerts.
type index struct {
	Alerts []alerts.Alert
	Paged  []paged
	// PrometheusDate and DatadogDate are the days on which the table was measured.
	PrometheusDate, DatadogDate string
}

// paged is a critical alert, and what was seen of it in each backend when it was about something broken.
type paged struct {
	alerts.Alert
	Prometheus, Datadog measured.Alert
	// Drilled is what the last drill on a cluster saw; empty if it does not break that.
	Drilled string
	// Only says why Datadog has nothing to measure.
	Only string
}

// indexOf reads what was measured of the critical alerts of a list, and in the report of the last drill.
func indexOf(list []alerts.Alert, drill string) (index, error) {
	page := index{Alerts: list}
	prometheus, err := measured.Read(measured.Prometheus)
	if err != nil {
		return page, err
	}
	datadog, err := measured.Read(measured.Datadog)
	if err != nil {
		return page, err
	}
	page.PrometheusDate, page.DatadogDate = prometheus.Date, datadog.Date
	for _, alert := range list {
		if alert.Severity != alerts.Critical {
			continue
		}
		p := paged{Alert: alert, Prometheus: prometheus.Alerts[alert.Name], Datadog: datadog.Alerts[alert.Name], Drilled: drilled(drill, alert.Name)}
		if alert.Path {
			p.Only = "not needed: it is about Prometheus' own way to on-call"
		}
		page.Paged = append(page.Paged, p)
	}
	return page, nil
}

// drilled finds an alert in the report of a drill: how long it was until the receiver in the cluster had the notification.
func drilled(report, alert string) string {
	row := regexp.MustCompile(`(?m)\| ` + alert + ` \| \S+ \| (\S+) \|`).FindStringSubmatch(report)
	if row == nil {
		return ""
	}
	return row[1]
}
