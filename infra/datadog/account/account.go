// Package account asks Datadog whether it knows a stack's keys, before a stack is deployed with them. A key of another
// site looks like a good one, and a wrong application key is noticed by the provider at the first monitor only.
package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Keys open an organisation's account at a site.
type Keys struct {
	// API is the address of the site's API.
	API string
	// APIKey sends data; AppKey, with it, manages monitors.
	APIKey, AppKey string
}

// limit is how long both questions may take.
const limit = 20 * time.Second

// Check asks for both keys. The error says which one is wrong, and what to look at.
func (k Keys) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var reply struct{ Valid bool }
	status, err := k.ask(ctx, "/api/v1/validate", false, &reply)
	switch {
	case err != nil:
		return fmt.Errorf("datadog: %w", err)
	case status == http.StatusForbidden || status == http.StatusOK && !reply.Valid:
		return fmt.Errorf("datadog: %s does not know the API key: is it one of another site (datadog.site)?", k.API)
	case status != http.StatusOK:
		return fmt.Errorf("datadog: %s answers %d to the API key", k.API, status)
	}
	status, err = k.ask(ctx, "/api/v1/monitor?page_size=1", true, nil)
	switch {
	case err != nil:
		return fmt.Errorf("datadog: %w", err)
	case status == http.StatusForbidden:
		return errors.New("datadog: the application key may not read monitors: it is another organisation's, revoked, or " +
			"has scopes; log monitors need one without")
	case status != http.StatusOK:
		return fmt.Errorf("datadog: %s answers %d to the application key", k.API, status)
	}
	return nil
}

// ask sends one question. Errors name the address and never a key.
func (k Keys) ask(ctx context.Context, path string, both bool, into any) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, k.API+path, nil)
	if err != nil {
		return 0, err
	}
	request.Header.Set("DD-API-KEY", k.APIKey)
	if both {
		request.Header.Set("DD-APPLICATION-KEY", k.AppKey)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }() // only its beginning matters
	if into == nil || answer.StatusCode != http.StatusOK {
		return answer.StatusCode, nil
	}
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		return 0, fmt.Errorf("%s answers no JSON: is that the site's API? %w", k.API, err)
	}
	return answer.StatusCode, nil
}
