package runbooks

import (
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
	// Cluster is what a drill on a live cluster saw; Undrilled says why none can.
	Cluster   measured.Alert
	Undrilled string
	// Only says why Datadog has nothing to measure.
	Only string
}

// undrilled are the alerts that no drill on the local cluster can show, and why.
func undrilled() map[string]string {
	return map[string]string{
		"AlertsUndelivered":      "not drilled: what it says cannot be delivered; the heartbeat receiver notices that Watchdog stops",
		"NotificationsFailing":   "not drilled: `make drill-alerts` has not timed it yet",
		"ErrorBudgetBurningFast": "not drilled: it needs the history of more than an hour, so that a fresh install does not fire it",
		"NodeNotReady":           "not drilled: the local cluster has one node, and without its kubelet no Service there has endpoints",
	}
}

// indexOf reads what was measured of the critical alerts of a list.
func indexOf(list []alerts.Alert) (index, error) {
	page := index{Alerts: list}
	prometheus, err := measured.Read(measured.Prometheus)
	if err != nil {
		return page, err
	}
	datadog, err := measured.Read(measured.Datadog)
	if err != nil {
		return page, err
	}
	cluster, err := measured.Read(measured.Cluster)
	if err != nil {
		return page, err
	}
	page.PrometheusDate, page.DatadogDate = prometheus.Date, datadog.Date
	for _, alert := range list {
		if alert.Severity != alerts.Critical {
			continue
		}
		p := paged{
			Alert: alert, Prometheus: prometheus.Alerts[alert.Name], Datadog: datadog.Alerts[alert.Name],
			Cluster: cluster.Alerts[alert.Name], Undrilled: undrilled()[alert.Name],
		}
		if alert.NotificationPath {
			p.Only = "not needed: it is about Prometheus' own way to on-call"
		}
		page.Paged = append(page.Paged, p)
	}
	return page, nil
}
