package main

import (
	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/internal/kube"
	"github.com/techcommerce/platform/infra/keys"
	"github.com/techcommerce/platform/infra/monitoring"
	"github.com/techcommerce/platform/infra/notify"
	"github.com/techcommerce/platform/stacks"
)

// receiverFiles are the files in which Alertmanager finds what is secret, by the setting that it is in.
func receiverFiles() map[string]string {
	return map[string]string{
		stacks.AlertWebhookURL:     notify.WebhookURL,
		stacks.SlackWebhookURL:     notify.SlackURL,
		stacks.PagerDutyRoutingKey: notify.PagerDutyKey,
		stacks.SMTPPassword:        notify.SMTPPassword,
		stacks.HeartbeatURL:        notify.HeartbeatURL,
	}
}

// receiverSecrets are those files of the receivers that the stack has.
func receiverSecrets(m stacks.Monitoring, secrets *keys.Keys) map[string]kube.SecretKey {
	files := map[string]kube.SecretKey{}
	for _, setting := range m.Secrets() {
		if file, ok := receiverFiles()[setting]; ok {
			files[file] = secrets.Refs[stacks.SecretName(setting)]
		}
	}
	return files
}

// notifyArgs is who is told of which alert.
func notifyArgs(r stacks.Receivers, target alerts.Target) notify.Args {
	args := notify.Args{Alerts: alerts.All(target), Evaluation: target.Interval, Secrets: monitoring.SecretFolder}
	if r.Webhook != nil {
		args.Webhook = &notify.Webhook{URL: r.Webhook.URL}
	}
	if r.Slack != nil {
		args.Slack = &notify.Slack{Channel: r.Slack.Channel}
	}
	if r.PagerDuty != nil {
		args.PagerDuty = &notify.PagerDuty{}
	}
	if r.Heartbeat != nil {
		args.Heartbeat = &notify.Heartbeat{}
	}
	if e := r.Email; e != nil {
		args.Email = &notify.Email{To: e.To, From: e.From, Server: e.Server, User: e.User}
	}
	return args
}
