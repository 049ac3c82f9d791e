// Package notify says who is notified of which alert: Alertmanager's configuration, typed, from the alerts and the receivers
// of a stack. It knows neither Pulumi nor stacks; secrets are files that the configuration names.
package notify

import (
	"fmt"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/techcommerce/platform/infra/alerts"
)

// Args is what the configuration is made from. A receiver that is nil is not notified.
type Args struct {
	// Alerts are those of the stack: they say which of them inhibit which.
	Alerts []alerts.Alert
	// Evaluation is the time between two evaluations of the rules.
	Evaluation time.Duration
	// Secrets is the folder with the files below.
	Secrets string
	// Webhook is notified of everything, Slack and Email of what is critical or a warning, PagerDuty of what is critical.
	Webhook   *Webhook
	Slack     *Slack
	PagerDuty *PagerDuty
	Email     *Email
	// Heartbeat receives Watchdog every few minutes, and alerts when it does not.
	Heartbeat *Heartbeat
}

// Webhook posts to an address.
type Webhook struct {
	// URL is the address. Empty: the one in the file WebhookURL.
	URL string
}

// Slack writes to a channel, through the incoming webhook in the file SlackURL.
type Slack struct {
	Channel string
}

// PagerDuty pages on-call, by the integration key in the file PagerDutyKey.
type PagerDuty struct{}

// Email sends mail.
type Email struct {
	To, From string
	// Server is host:port. It must speak TLS.
	Server string
	// User logs in with the password in the file SMTPPassword. Empty: nobody logs in.
	User string
}

// Heartbeat posts to the address in the file HeartbeatURL.
type Heartbeat struct{}

// The files in Args.Secrets.
const (
	WebhookURL   = "webhook-url"
	SlackURL     = "slack-url"
	PagerDutyKey = "pagerduty-key"
	SMTPPassword = "smtp-password"
	HeartbeatURL = "heartbeat-url"
)

// Config is the text of Alertmanager's configuration.
func Config(a Args) (string, error) {
	c := config{Route: routes(a.Evaluation), Inhibit: inhibitions(a.Alerts), Receivers: a.receivers()}
	text, err := yaml.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("notify: %w", err)
	}
	return string(text), nil
}
