package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/techcommerce/platform/stacks"
)

// limit is how long one receiver may take.
const limit = 10 * time.Second

// Receivers are those who want to know. An empty address is nobody.
type Receivers struct {
	// Webhook gets the news as JSON, Slack as a message.
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

// Tell tells every receiver, and reports those that could not be told.
func (r Receivers) Tell(ctx context.Context, n News) error {
	var problems []error
	tell := func(who, address, key string, body any) {
		if address == "" {
			return
		}
		if err := post(ctx, address, key, body); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", who, err))
		}
	}
	tell("webhook", r.Webhook, "", document(n))
	tell("Slack", r.Slack, "", map[string]string{"text": n.Text()})
	if r.Datadog != "" {
		tell("Datadog", r.Datadog+"/api/v1/events", r.Key, event(n))
	}
	return errors.Join(problems...)
}

// document is the news for programs.
func document(n News) map[string]any {
	return map[string]any{
		"stack": n.Stack, "outcome": n.Outcome, "revision": n.Release.Revision, "images": n.Release.Images,
		"settingsHash": n.Release.SettingsHash, "by": n.By, "changes": n.Changes, "seconds": n.Took.Seconds(),
		"why": n.why(), "text": n.Text(),
	}
}

// event is the news for Datadog's stream of events, where graphs show it by the tags.
func event(n News) map[string]any {
	kind := "success"
	switch n.Outcome {
	case Restored:
		kind = "warning"
	case Failed:
		kind = "error"
	}
	return map[string]any{
		"title": n.Title(), "text": n.Text(), "alert_type": kind, "aggregation_key": "deployments of " + n.Stack,
		"tags": []string{"env:" + n.Environment, "source:deployment", "revision:" + n.Release.Revision},
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
