package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// client speaks to the API.
type client struct{ url, apiKey, appKey string }

// refusal is an answer that is none.
type refusal struct {
	status int
	text   string
}

func (r refusal) Error() string {
	return fmt.Sprintf("%d %s: %s", r.status, http.StatusText(r.status), r.text)
}

func (c client) do(ctx context.Context, ask call, reply any) error {
	var content io.Reader
	if ask.body != nil {
		text, err := json.Marshal(ask.body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, ask.method, c.url+ask.path, content)
	if err != nil {
		return err
	}
	request.Header.Set("DD-API-KEY", c.apiKey)
	if ask.path != "/api/v1/validate" {
		request.Header.Set("DD-APPLICATION-KEY", c.appKey)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // it has been read
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= http.StatusMultipleChoices {
		return refusal{answer.StatusCode, strings.TrimSpace(string(text))}
	}
	if reply == nil || len(text) == 0 {
		return nil
	}
	return json.Unmarshal(text, reply)
}
