package notify

import (
	_ "embed"

	"github.com/techcommerce/platform/infra/alerts"
)

// What people read, in Alertmanager's template language.
var (
	//go:embed slack.tmpl
	slackText string
	//go:embed email.tmpl
	emailText string
)

const (
	title  = `{{ if eq .Status "resolved" }}Resolved{{ else }}{{ .CommonLabels.severity }}{{ end }} in {{ .CommonLabels.environment }}: {{ .CommonLabels.alertname }}`
	colour = `{{ if eq .Status "resolved" }}good{{ else if eq .CommonLabels.severity "critical" }}danger{{ else }}warning{{ end }}`
)

// receivers are one for each severity: the more severe, the more channels.
func (a Args) receivers() []receiver {
	return []receiver{
		{Name: nobody},
		{Name: watchdog, Webhook: append(a.heartbeat(), a.webhook()...)},
		{Name: string(alerts.Critical), Webhook: a.webhook(), Slack: a.slack(), PagerDuty: a.pagerDuty(), Email: a.email()},
		{Name: string(alerts.Warning), Webhook: a.webhook(), Slack: a.slack(), Email: a.email()},
		{Name: string(alerts.Info), Webhook: a.webhook()},
	}
}

func (a Args) webhook() []webhookConfig {
	switch {
	case a.Webhook == nil:
		return nil
	case a.Webhook.URL == "":
		return []webhookConfig{{SendResolved: true, URLFile: a.secret(WebhookURL)}}
	}
	return []webhookConfig{{SendResolved: true, URL: a.Webhook.URL}}
}

// heartbeat sends no resolved notification: a Watchdog that resolves is no heartbeat.
func (a Args) heartbeat() []webhookConfig {
	if a.Heartbeat == nil {
		return nil
	}
	return []webhookConfig{{URLFile: a.secret(HeartbeatURL)}}
}

func (a Args) slack() []slackConfig {
	if a.Slack == nil {
		return nil
	}
	return []slackConfig{{
		SendResolved: true, URLFile: a.secret(SlackURL), Channel: a.Slack.Channel, Color: colour, Title: title, Text: slackText,
	}}
}

func (a Args) pagerDuty() []pagerDutyConfig {
	if a.PagerDuty == nil {
		return nil
	}
	return []pagerDutyConfig{{
		SendResolved: true, KeyFile: a.secret(PagerDutyKey), Severity: "{{ .CommonLabels.severity }}",
		Description: "{{ .CommonLabels.environment }}: {{ (index .Alerts 0).Annotations.summary }}",
		Details: map[string]string{
			"description": "{{ range .Alerts }}{{ .Annotations.description }}\n{{ end }}",
			"runbook":     "{{ .CommonAnnotations.runbook_url }}",
			"dashboard":   "{{ .CommonAnnotations.dashboard_url }}",
		},
	}}
}

func (a Args) email() []emailConfig {
	if a.Email == nil {
		return nil
	}
	c := emailConfig{
		SendResolved: true, To: a.Email.To, From: a.Email.From, Server: a.Email.Server, RequireTLS: true,
		Headers: map[string]string{"Subject": title}, Text: emailText,
	}
	if a.Email.User != "" {
		c.User, c.PasswordFile = a.Email.User, a.secret(SMTPPassword)
	}
	return []emailConfig{c}
}

func (a Args) secret(name string) string { return a.Secrets + "/" + name }
