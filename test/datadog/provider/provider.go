// Package provider stands in for Pulumi's Datadog provider where its plugin cannot be had: the engine is attached to it.
// It takes what the SDK's types allow and nothing else, and speaks to Datadog's API as the real one does, but for retries.
package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"github.com/techcommerce/platform/infra/datadog/spec"
	"github.com/techcommerce/platform/test/datadog/sdktypes"
	"github.com/techcommerce/platform/test/datadog/standin"
)

// Provider is the stand-in.
type Provider struct {
	standin.Provider

	sdk *sdktypes.SDK

	mu     sync.Mutex
	client client
}

// New makes a provider that knows the SDK's types.
func New(sdk *sdktypes.SDK) *Provider {
	return &Provider{sdk: sdk, Provider: standin.Provider{Package: "datadog", Version: sdk.Version}}
}

// CheckConfig holds the provider's own settings against the SDK.
func (p *Provider) CheckConfig(_ context.Context, r plugin.CheckConfigRequest) (plugin.CheckConfigResponse, error) {
	inputs := r.News.Copy()
	delete(inputs, "version")
	failures, err := p.against("pulumi:providers:datadog", inputs)
	return plugin.CheckConfigResponse{Properties: r.News, Failures: failures}, err
}

// Configure asks the API whether it knows the API key, as the real provider does, and no more than that.
func (p *Provider) Configure(ctx context.Context, r plugin.ConfigureRequest) (plugin.ConfigureResponse, error) {
	p.mu.Lock()
	p.client = client{url: plain(r.Inputs["apiUrl"]), apiKey: plain(r.Inputs["apiKey"]), appKey: plain(r.Inputs["appKey"])}
	p.mu.Unlock()
	var reply struct{ Valid bool }
	if err := p.client.do(ctx, http.MethodGet, "/api/v1/validate", nil, &reply); err != nil {
		return plugin.ConfigureResponse{}, err
	}
	if !reply.Valid {
		return plugin.ConfigureResponse{}, fmt.Errorf("Invalid or missing credentials provided to the Datadog Provider")
	}
	return plugin.ConfigureResponse{}, nil
}

func plain(value resource.PropertyValue) string {
	if value.IsSecret() {
		value = value.SecretValue().Element
	}
	if !value.IsString() {
		return ""
	}
	return value.StringValue()
}

// against lists what the SDK's type of a resource does not allow.
func (p *Provider) against(token string, inputs resource.PropertyMap) ([]plugin.CheckFailure, error) {
	known, _, err := p.sdk.Resource(token)
	if err != nil {
		return nil, err
	}
	var failures []plugin.CheckFailure
	for _, problem := range known.Check(token, resource.NewProperty(inputs)) {
		failures = append(failures, plugin.CheckFailure{Reason: problem})
	}
	return failures, nil
}

// Check holds a resource against the SDK, and asks the API about a monitor whose query is known.
func (p *Provider) Check(ctx context.Context, r plugin.CheckRequest) (plugin.CheckResponse, error) {
	failures, err := p.against(string(r.Type), r.News)
	if err != nil || len(failures) > 0 {
		return plugin.CheckResponse{Failures: failures}, err
	}
	query := r.News["query"]
	if kindOf(r.Type) != monitor || !query.IsString() || plain(r.News["type"]) == spec.Composite && r.AllowUnknowns {
		return plugin.CheckResponse{Properties: r.News}, nil
	}
	if err := p.client.do(ctx, http.MethodPost, "/api/v1/monitor/validate", monitorBody(r.News.Mappable()), nil); err != nil {
		return plugin.CheckResponse{Failures: []plugin.CheckFailure{{Property: "query", Reason: err.Error()}}}, nil
	}
	return plugin.CheckResponse{Properties: r.News}, nil
}

// Create makes the resource, unless it is a preview.
func (p *Provider) Create(ctx context.Context, r plugin.CreateRequest) (plugin.CreateResponse, error) {
	if r.Preview {
		return plugin.CreateResponse{Properties: r.Properties}, nil
	}
	kind := kindOf(r.Type)
	var reply json.RawMessage
	err := p.client.do(ctx, http.MethodPost, kind.path, kind.body(r.Properties.Mappable()), &reply)
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	id, outputs, err := kind.created(reply, r.Properties)
	p.Make(r.URN)
	return plugin.CreateResponse{ID: resource.ID(id), Properties: outputs}, err
}

// Read finds out whether the resource is still there.
func (p *Provider) Read(ctx context.Context, r plugin.ReadRequest) (plugin.ReadResponse, error) {
	err := p.client.do(ctx, http.MethodGet, kindOf(r.Type).path+"/"+string(r.ID), nil, nil)
	if refused, ok := err.(refusal); ok && refused.status == http.StatusNotFound {
		p.Lose(r.URN)
		return plugin.ReadResponse{}, nil
	}
	return plugin.ReadResponse{ReadResult: plugin.ReadResult{ID: r.ID, Inputs: r.Inputs, Outputs: r.State}}, err
}

// Update changes the resource in place.
func (p *Provider) Update(ctx context.Context, r plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	if r.Preview {
		return plugin.UpdateResponse{Properties: r.NewInputs}, nil
	}
	kind := kindOf(r.Type)
	outputs := r.OldOutputs.Copy()
	for key, value := range r.NewInputs {
		outputs[key] = value
	}
	return plugin.UpdateResponse{Properties: outputs},
		p.client.do(ctx, kind.update, kind.path+"/"+string(r.ID), kind.body(r.NewInputs.Mappable()), nil)
}

// Delete does not tolerate that somebody else was faster, as the real provider does not.
func (p *Provider) Delete(ctx context.Context, r plugin.DeleteRequest) (plugin.DeleteResponse, error) {
	err := p.client.do(ctx, http.MethodDelete, kindOf(r.Type).path+"/"+string(r.ID), nil, nil)
	if err == nil {
		p.Lose(r.URN)
	}
	return plugin.DeleteResponse{}, err
}

func kindOf(token tokens.Type) *kind {
	for _, k := range []*kind{monitor, objective, dashboard, downtime} {
		if strings.HasSuffix(string(token), ":"+k.name) {
			return k
		}
	}
	panic("no such resource: " + string(token))
}
