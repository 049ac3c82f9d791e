package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/techcommerce/platform/infra/releases"
	"github.com/techcommerce/platform/stacks"
)

// limit is how long one receiver may take.
const limit = 10 * time.Second

// Receivers are those who want to know. An empty address is nobody.
type Receivers struct {
	// Webhook gets notifications as JSON, Slack as messages.
	Webhook, Slack string
	// Datadog is the address of Datadog's API, Key what opens it.
	Datadog, Key string
}

// Of are the receivers that a stack's settings name.
func Of(stack stacks.Stack) Receivers {
	to := Receivers{
		Webhook: stack.Secrets[stacks.NewsWebhookURL].Reveal(),
		Slack:   stack.Secrets[stacks.NewsSlackURL].Reveal(),
	}
	if stack.DatadogOn() {
		to.Datadog, to.Key = stack.Datadog.APIAddress(), stack.Secrets[stacks.DatadogAPIKey].Reveal()
	}
	return to
}

// Send sends to every receiver, and reports those that did not take it.
func (r Receivers) Send(ctx context.Context, n Notification) error {
	var problems []error
	send := func(who, address, key string, body any) {
		if address == "" {
			return
		}
		if err := post(ctx, address, key, body); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", who, err))
		}
	}
	send("webhook", r.Webhook, "", document(n))
	send("Slack", r.Slack, "", map[string]string{"text": n.Text()})
	if r.Datadog != "" {
		send("Datadog", r.Datadog+"/api/v1/events", r.Key, event(n))
	}
	return errors.Join(problems...)
}

// document is the notification for programs. Revision is what runs now; where that is no whole release, what was tried.
func document(n Notification) map[string]any {
	about := n.about()
	return map[string]any{
		"stack": n.Stack, "outcome": n.Outcome, "revision": about.Revision, "images": about.Images,
		"settingsHash": about.SettingsHash, "by": n.By, "changes": n.Changes, "seconds": n.Took.Seconds(),
		"tried": n.Tried.Revision, "why": n.why(), "next": n.Next, "text": n.Text(),
	}
}

// about is the release that the notification is filed under.
func (n Notification) about() releases.Record {
	if n.Release.Revision != "" {
		return n.Release
	}
	return n.Tried
}

// event is the notification for Datadog's stream of events, where graphs show it by the tags.
func event(n Notification) map[string]any {
	kind := "success"
	switch n.Outcome {
	case Restored, Interrupted:
		kind = "warning"
	case Failed:
		kind = "error"
	}
	return map[string]any{
		"title": n.Title(), "text": n.Text(), "alert_type": kind, "aggregation_key": "deployments of " + n.Stack,
		"tags": []string{"env:" + n.Environment, "source:deployment", "revision:" + n.about().Revision},
	}
}

// post never puts the address or the key into an error: both are secrets.
func post(ctx context.Context, address, key string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(text))
	if err != nil {
		return errors.New("its address is none")
	}
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("DD-API-KEY", key)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return errors.New("no answer")
	}
	_ = response.Body.Close() // its status is all that counts
	if response.StatusCode >= http.StatusMultipleChoices {
		return errors.New(response.Status)
	}
	return nil
}
