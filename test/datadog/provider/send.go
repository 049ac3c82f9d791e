package provider

import (
	"context"
	"encoding/json"

	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// Send makes one resource at an API, as the provider would, and returns its id.
func Send(ctx context.Context, url, apiKey, appKey string, token tokens.Type, inputs map[string]any) (id string, err error) {
	kind := kindOf(token)
	var reply json.RawMessage
	if err := (client{url, apiKey, appKey}).do(ctx, kind.create(inputs), &reply); err != nil {
		return "", err
	}
	id, _, err = kind.identify(reply, inputs)
	return id, err
}
