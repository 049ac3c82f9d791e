package stacks

import (
	"slices"

	"github.com/techcommerce/platform/infra/alerts"
)

// AlertmanagerPages reports whether critical alerts of Prometheus notify somebody.
func (s Stack) AlertmanagerPages() bool {
	return s.Monitoring != nil && s.Monitoring.Alertmanager.Receivers.Any()
}

// DatadogPages reports whether Datadog's most urgent monitors notify somebody.
func (s Stack) DatadogPages() bool { return s.DatadogOn() && len(s.Datadog.Notify.Page) > 0 }

// validatePaging demands that each critical alert pages somebody: Alertmanager has them all, Datadog has some.
func (s Stack) validatePaging() []Problem {
	const receivers = "monitoring.alertmanager.receivers"
	var found problems
	switch {
	case s.AlertmanagerPages():
	case !s.DatadogPages():
		found.add(receivers, "nobody is paged by a critical alert, but the environment is %s; set a receiver here, such as "+
			"pagerDuty, or datadog.notify.page", production)
	default:
		for _, alert := range s.critical() {
			if problem := s.unpaged(alert); problem != "" {
				found.add(receivers, "%s is critical, but %s; set a receiver here, such as pagerDuty, or make it a warning "+
					"in alerts.severities", alert.Name, problem)
			}
		}
	}
	return found
}

// critical are the stack's critical alerts.
func (s Stack) critical() []alerts.Alert {
	target := alerts.Target{Severities: s.Severities(), Probe: s.Monitoring != nil && s.Monitoring.Probe != nil}
	if s.Database.Postgres != nil {
		target.Database = "postgres"
	}
	target.Host = s.CertificateHost()
	return slices.DeleteFunc(alerts.All(target), func(a alerts.Alert) bool { return a.Severity != alerts.Critical })
}

// unpaged says why an alert pages nobody where Datadog alone pages; empty where it does.
func (s Stack) unpaged(alert alerts.Alert) string {
	switch {
	case alert.Datadog != nil || alert.NotificationPath || s.standsIn(alert.DatadogSetting):
		return ""
	case alert.DatadogSetting != "":
		return "Datadog, which pages, has it only with " + alert.DatadogSetting
	}
	return "only Prometheus has it, and Datadog pages"
}

// standsIn reports whether a setting is on that gives Datadog a monitor of its own.
func (s Stack) standsIn(setting string) bool {
	switch setting {
	case "datadog.burn":
		return s.Datadog.Burn
	case "datadog.synthetic":
		return s.Datadog.Synthetic != nil
	}
	return false
}

// Severities are those that the stack gives to alerts, by their names.
func (s Stack) Severities() map[string]alerts.Severity {
	from, by := s.Alerts.Severities, map[string]alerts.Severity{}
	for severity, names := range map[alerts.Severity][]AlertName{
		alerts.Critical: from.Critical, alerts.Warning: from.Warning, alerts.Info: from.Info, alerts.Off: from.Without,
	} {
		for _, name := range names {
			by[string(name)] = severity
		}
	}
	return by
}
