package runbooks

import (
	"cmp"
	"time"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/notify"
)

// index is the page that lists the alerts.
type index struct {
	Alerts []alerts.Alert
	Paged  []paged
}

// paged is a critical alert, and how soon each backend pages.
type paged struct {
	alerts.Alert
	Prometheus, Datadog string
}

// tick is the time between two scrapes, and between two evaluations, of a stack that sets none.
const tick = 15 * time.Second

// pagedOf are the critical alerts of a list.
func pagedOf(list []alerts.Alert) []paged {
	var critical []paged
	for _, alert := range list {
		if alert.Severity == alerts.Critical {
			critical = append(critical, paged{alert, prometheus(alert, ticks()), datadog(alert)})
		}
	}
	return critical
}

// ticks are the times between two evaluations of alerts that have one of their own.
func ticks() map[string]time.Duration {
	own := map[string]time.Duration{}
	for _, group := range alerts.Rules(alerts.Reference()).Groups {
		for _, rule := range group.Rules {
			if rule.Alert != "" && group.Interval > 0 {
				own[rule.Alert] = time.Duration(group.Interval)
			}
		}
	}
	return own
}

// prometheus adds up a scrape, two evaluations, of which the first sees the fault and the other fires, and the time in
// which Alertmanager collects what begins together.
func prometheus(alert alerts.Alert, own map[string]time.Duration) string {
	evaluation := cmp.Or(own[alert.Name], tick)
	return (alert.For + tick + 2*evaluation + notify.Wait(tick)).String()
}

// datadog goes by the window, which must be over, and the minute between two evaluations.
func datadog(alert alerts.Alert) string {
	switch {
	case alert.Datadog != nil:
		return (alert.Datadog.Window + time.Minute).String()
	case alert.StandIn != "":
		return "with `" + alert.StandIn + "`"
	case alert.Path:
		return "not needed: it is about Prometheus' own way to on-call"
	}
	return "only Prometheus has it"
}
