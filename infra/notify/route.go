package notify

import (
	"strings"
	"time"

	"github.com/techcommerce/platform/infra/alerts"
)

// The receivers: one for each severity, one for the proof that alerts work at all, and one for what no route takes.
const (
	watchdog = "watchdog"
	nobody   = "nobody"
)

// Wait is how long an alert waits for others that begin with it. Rule groups are evaluated at different moments, so the
// alert that inhibits it may fire up to one evaluation later.
func Wait(evaluation time.Duration) time.Duration { return evaluation + 5*time.Second }

// routes sends each alert to the receiver of its severity. What begins together is notified together: alerts of one name,
// service and namespace are one notification.
func routes(evaluation time.Duration) route {
	return route{
		Receiver:       nobody,
		GroupBy:        []string{"alertname", "environment", "namespace", "service"},
		GroupWait:      Wait(evaluation).String(),
		GroupInterval:  "5m",
		RepeatInterval: "12h",
		Routes: []route{
			// A dead man's switch expects it all the time.
			{Matchers: []string{match("alertname", "Watchdog")}, Receiver: watchdog, GroupWait: "0s", GroupInterval: "1m", RepeatInterval: "5m"},
			// The recovery is notified as soon as the alert.
			{Matchers: []string{severity(alerts.Critical)}, Receiver: string(alerts.Critical), GroupInterval: "1m", RepeatInterval: "1h"},
			{Matchers: []string{severity(alerts.Warning)}, Receiver: string(alerts.Warning), GroupInterval: "1m"},
			{Matchers: []string{severity(alerts.Info)}, Receiver: string(alerts.Info)},
		},
	}
}

func severity(s alerts.Severity) string { return match("severity", string(s)) }

func match(label, value string) string { return label + `="` + value + `"` }

// inhibitions keep quiet what follows from an alert that fires.
func inhibitions(list []alerts.Alert) []inhibition {
	var rules []inhibition
	for _, alert := range list {
		for _, inhibited := range alert.Inhibits {
			rules = append(rules, inhibition{
				Source: []string{match("alertname", alert.Name)},
				Target: []string{`alertname=~"` + strings.Join(inhibited.Alerts, "|") + `"`},
				Equal:  append([]string{"environment"}, inhibited.Equal...),
			})
		}
	}
	return rules
}
