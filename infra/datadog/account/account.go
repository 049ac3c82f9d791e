// Package account asks Datadog whether it knows a stack's keys, before a stack is deployed with them. A key of another
// site looks like a good one, and a wrong application key is noticed by the provider at the first monitor only.
package account

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/techcommerce/platform/stacks"
)

// Keys open an organisation's account at a site.
type Keys struct {
	// Site is where the account is, API the address of its API.
	Site, API string
	// APIKey sends data; AppKey, with it, manages monitors.
	APIKey, AppKey string
}

// Of are the keys of a stack.
func Of(stack stacks.Stack) Keys {
	return Keys{
		Site: string(stack.Datadog.Site), API: stack.Datadog.APIAddress(),
		APIKey: stack.Secrets[stacks.DatadogAPIKey].Reveal(), AppKey: stack.Secrets[stacks.DatadogAppKey].Reveal(),
	}
}

const (
	// limit is how long both questions may take, attempts how often each is asked while the API is busy.
	limit    = 30 * time.Second
	attempts = 4
	// longestWait bounds what the API may ask to wait for between two attempts.
	longestWait = 10 * time.Second
)

// Check asks for both keys. The error says which one is wrong, at which site, and what to look at.
func (k Keys) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var reply struct{ Valid bool }
	status, err := k.ask(ctx, "/api/v1/validate", false, &reply)
	switch {
	case err != nil:
		return k.errorf("%w", err)
	case status == http.StatusForbidden || status == http.StatusUnauthorized || status == http.StatusOK && !reply.Valid:
		return k.errorf("the API key (%s) is not known there: is it one of another site (datadog.site), or revoked?",
			stacks.DatadogAPIKey)
	case status != http.StatusOK:
		return k.errorf("the answer to the API key (%s) is %d", stacks.DatadogAPIKey, status)
	}
	status, err = k.ask(ctx, "/api/v1/monitor?page_size=1", true, nil)
	switch {
	case err != nil:
		return k.errorf("%w", err)
	case status == http.StatusForbidden || status == http.StatusUnauthorized:
		return k.errorf("the application key (%s) may not read monitors: it is another organisation's, revoked, or has "+
			"scopes; log monitors need one without", stacks.DatadogAppKey)
	case status != http.StatusOK:
		return k.errorf("the answer to the application key (%s) is %d", stacks.DatadogAppKey, status)
	}
	return nil
}

func (k Keys) errorf(format string, args ...any) error {
	return fmt.Errorf("datadog: site %s (%s): %w", k.Site, k.API, fmt.Errorf(format, args...))
}

// ask asks again while the API is busy, as the provider does.
func (k Keys) ask(ctx context.Context, path string, both bool, into any) (status int, err error) {
	for attempt := 1; ; attempt++ {
		var wait time.Duration
		status, wait, err = k.askOnce(ctx, path, both, into)
		busy := status == http.StatusTooManyRequests || status >= http.StatusInternalServerError
		if err != nil || !busy || attempt == attempts {
			return status, err
		}
		select {
		case <-ctx.Done():
			return status, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// askOnce sends one question, and says how long to wait before the next one. Errors name the address and never a key.
func (k Keys) askOnce(ctx context.Context, path string, both bool, into any) (int, time.Duration, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, k.API+path, nil)
	if err != nil {
		return 0, 0, err
	}
	request.Header.Set("DD-API-KEY", k.APIKey)
	if both {
		request.Header.Set("DD-APPLICATION-KEY", k.AppKey)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = answer.Body.Close() }() // only its beginning matters
	if answer.StatusCode != http.StatusOK || into == nil {
		return answer.StatusCode, reset(answer.Header), nil
	}
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		return 0, 0, fmt.Errorf("the answer is no JSON (%w): is that the site's API, or a page or proxy in its place?", err)
	}
	return answer.StatusCode, 0, nil
}

// reset is how long the API asks to wait: a fifth of a second where it says nothing.
func reset(header http.Header) time.Duration {
	seconds, err := strconv.Atoi(header.Get("X-Ratelimit-Reset"))
	if err != nil || seconds < 0 {
		return time.Second / 5
	}
	return min(time.Duration(seconds)*time.Second, longestWait)
}
