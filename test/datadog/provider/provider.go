// Package provider stands in for Pulumi's Datadog provider where its plugin cannot be had: the engine is attached to it.
// It speaks to Datadog's API as the real one does, but for retries; what may be declared is the SDK's types' to say.
package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/techcommerce/platform/infra/datadog/spec"
	"github.com/techcommerce/platform/test/datadog/standin"
)

// Provider is the stand-in.
type Provider struct {
	standin.Provider

	mu     sync.Mutex
	client client
}

// Version is the plugin's that belongs to the SDK in go.mod: they are released together.
func Version() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "github.com/pulumi/pulumi-datadog/sdk/v4").Output()
	if err != nil {
		return "", fmt.Errorf("the SDK's version: %w", err)
	}
	return strings.TrimPrefix(strings.TrimSpace(string(out)), "v"), nil
}

// New makes a provider of that version.
func New(version string) *Provider {
	return &Provider{Provider: standin.Provider{Package: "datadog", Version: version}}
}

// CheckConfig takes what the SDK's types let through.
func (p *Provider) CheckConfig(_ context.Context, r plugin.CheckConfigRequest) (plugin.CheckConfigResponse, error) {
	return plugin.CheckConfigResponse{Properties: r.News}, nil
}

// Configure asks the API whether it knows the API key, as the real provider does, and no more than that.
func (p *Provider) Configure(ctx context.Context, r plugin.ConfigureRequest) (plugin.ConfigureResponse, error) {
	p.mu.Lock()
	p.client = client{url: plain(r.Inputs["apiUrl"]), apiKey: plain(r.Inputs["apiKey"]), appKey: plain(r.Inputs["appKey"])}
	p.mu.Unlock()
	var reply struct{ Valid bool }
	if err := p.client.do(ctx, call{method: http.MethodGet, path: "/api/v1/validate"}, &reply); err != nil {
		return plugin.ConfigureResponse{}, err
	}
	if !reply.Valid {
		//lint:ignore ST1005 the words of the real provider
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

// Check asks the API about a monitor whose query is known, and about the monitors of an objective, as the real one does.
func (p *Provider) Check(ctx context.Context, r plugin.CheckRequest) (plugin.CheckResponse, error) {
	problem := ""
	switch {
	case strings.HasSuffix(string(r.Type), ":Monitor"):
		problem = p.validate(ctx, r)
	case strings.HasSuffix(string(r.Type), ":ServiceLevelObjective"):
		problem = p.findMonitors(ctx, r.News)
	}
	if problem != "" {
		return plugin.CheckResponse{Failures: []plugin.CheckFailure{{Reason: problem}}}, nil
	}
	return plugin.CheckResponse{Properties: r.News}, nil
}

func (p *Provider) validate(ctx context.Context, r plugin.CheckRequest) string {
	query := r.News["query"]
	if !query.IsString() || plain(r.News["type"]) == spec.Composite && r.AllowUnknowns {
		return ""
	}
	ask := call{http.MethodPost, "/api/v1/monitor/validate", monitorBody(r.News.Mappable())}
	if err := p.client.do(ctx, ask, nil); err != nil {
		return err.Error()
	}
	return ""
}

// findMonitors looks for the monitors of an objective by the ids that the state has, unless it is told not to.
func (p *Provider) findMonitors(ctx context.Context, inputs resource.PropertyMap) string {
	if off := inputs["validate"]; !inputs["monitorIds"].IsArray() || off.IsBool() && !off.BoolValue() {
		return ""
	}
	for _, id := range inputs["monitorIds"].ArrayValue() {
		if !id.IsNumber() {
			continue
		}
		if err := p.client.do(ctx, call{method: http.MethodGet, path: fmt.Sprintf("/api/v1/monitor/%.0f", id.NumberValue())}, nil); err != nil {
			return "error finding monitor to add to SLO: " + err.Error()
		}
	}
	return ""
}

// Create makes the resource, unless it is a preview.
func (p *Provider) Create(ctx context.Context, r plugin.CreateRequest) (plugin.CreateResponse, error) {
	kind := kindOf(r.Type)
	if r.Preview {
		return plugin.CreateResponse{Properties: r.Properties}, nil
	}
	if kind.create == nil {
		p.Make(r.URN)
		return plugin.CreateResponse{ID: resource.ID(r.URN.Name()), Properties: r.Properties}, nil
	}
	inputs := r.Properties.Mappable()
	var reply json.RawMessage
	if err := p.client.do(ctx, kind.create(inputs), &reply); err != nil {
		return plugin.CreateResponse{}, err
	}
	id, more, err := kind.identify(reply, r.Properties.Mappable())
	outputs := r.Properties.Copy()
	for key, value := range more {
		outputs[resource.PropertyKey(key)] = resource.NewProperty(value)
	}
	p.Make(r.URN)
	return plugin.CreateResponse{ID: resource.ID(id), Properties: outputs}, err
}

// Read finds out whether the resource is still there, and what the API says otherwise.
func (p *Provider) Read(ctx context.Context, r plugin.ReadRequest) (plugin.ReadResponse, error) {
	kind := kindOf(r.Type)
	found := plugin.ReadResponse{ReadResult: plugin.ReadResult{ID: r.ID, Inputs: r.Inputs, Outputs: r.State}}
	if kind.read == nil {
		return found, nil
	}
	var reply json.RawMessage
	err := p.client.do(ctx, kind.read(string(r.ID), r.Inputs.Mappable()), &reply)
	if refused, ok := err.(refusal); ok && refused.status == http.StatusNotFound {
		p.Lose(r.URN)
		return plugin.ReadResponse{}, nil
	}
	if err != nil || kind.adopt == nil {
		return found, err
	}
	if found.Inputs, err = kind.adopt(reply, r.Inputs); err != nil {
		return found, err
	}
	found.Outputs, err = kind.adopt(reply, r.State)
	return found, err
}

// Update changes the resource in place.
func (p *Provider) Update(ctx context.Context, r plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	kind := kindOf(r.Type)
	outputs := r.OldOutputs.Copy()
	for key, value := range r.NewInputs {
		outputs[key] = value
	}
	if r.Preview || kind.update == nil {
		return plugin.UpdateResponse{Properties: outputs}, nil
	}
	return plugin.UpdateResponse{Properties: outputs}, p.client.do(ctx, kind.update(string(r.ID), r.NewInputs.Mappable()), nil)
}

// Delete does not tolerate that somebody else was faster, as the real provider does not.
func (p *Provider) Delete(ctx context.Context, r plugin.DeleteRequest) (plugin.DeleteResponse, error) {
	kind := kindOf(r.Type)
	var err error
	if kind.remove != nil {
		err = p.client.do(ctx, kind.remove(string(r.ID), r.Inputs.Mappable()), nil)
	}
	if err == nil {
		p.Lose(r.URN)
	}
	return plugin.DeleteResponse{}, err
}
