// Package notify tells people what happened to a stack, where they asked to be told.
package notify

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"
)

// Send tells a webhook (NOTIFY_WEBHOOK_URL, in the form that Slack and others take) and Datadog's events (DD_API_KEY,
// DD_SITE). Neither set is nobody to tell.
func Send(ctx context.Context, text string) error {
	var problems []error
	if url := os.Getenv("NOTIFY_WEBHOOK_URL"); url != "" {
		if err := post(ctx, url, nil, map[string]string{"text": text}); err != nil {
			problems = append(problems, fmt.Errorf("notify: webhook: %w", err))
		}
	}
	if key := os.Getenv("DD_API_KEY"); key != "" {
		url := "https://api." + cmp.Or(os.Getenv("DD_SITE"), "datadoghq.com") + "/api/v1/events"
		event := map[string]any{"title": "Deployment", "text": text, "tags": []string{"source:deploy"}}
		if err := post(ctx, url, map[string]string{"DD-API-KEY": key}, event); err != nil {
			problems = append(problems, fmt.Errorf("notify: Datadog: %w", err))
		}
	}
	return errors.Join(problems...)
}

// post never puts the address into an error: a webhook's is a secret.
func post(ctx context.Context, url string, headers map[string]string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(text))
	if err != nil {
		return errors.New("its address is none")
	}
	request.Header.Set("Content-Type", "application/json")
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := (&http.Client{Timeout: 10 * time.Second}).Do(request)
	if err != nil {
		return errors.New("no answer")
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusMultipleChoices {
		return errors.New(response.Status)
	}
	return nil
}
