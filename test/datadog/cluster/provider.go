package cluster

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/techcommerce/platform/test/datadog/standin"
)

// Provider stands in for Pulumi's Kubernetes provider.
type Provider struct{ standin.Provider }

// releaseToken is a Helm release.
const releaseToken = "kubernetes:helm.sh/v3:Release"

// ReleasedChart is the version that Helm tells of the chart: another one than was asked for, as an archive may hold.
const ReleasedChart = "9.9.9"

// New makes a provider.
func New() *Provider {
	return &Provider{Provider: standin.Provider{Package: "kubernetes", Version: "4.25.0"}}
}

// CheckConfig takes everything.
func (p *Provider) CheckConfig(_ context.Context, r plugin.CheckConfigRequest) (plugin.CheckConfigResponse, error) {
	return plugin.CheckConfigResponse{Properties: r.News}, nil
}

// Configure reaches no cluster.
func (p *Provider) Configure(context.Context, plugin.ConfigureRequest) (plugin.ConfigureResponse, error) {
	return plugin.ConfigureResponse{}, nil
}

// Check takes everything: the SDK's types made it.
func (p *Provider) Check(_ context.Context, r plugin.CheckRequest) (plugin.CheckResponse, error) {
	return plugin.CheckResponse{Properties: r.News}, nil
}

// Create makes nothing but the record.
func (p *Provider) Create(_ context.Context, r plugin.CreateRequest) (plugin.CreateResponse, error) {
	if !r.Preview {
		p.Make(r.URN)
	}
	return plugin.CreateResponse{ID: resource.ID(r.URN.Name()), Properties: state(r.URN, r.Properties)}, nil
}

// state is the object as a cluster would return it: with a name, and of a release what became of it.
func state(urn resource.URN, inputs resource.PropertyMap) resource.PropertyMap {
	outputs := inputs.Copy()
	if urn.Type() == releaseToken {
		outputs["status"] = resource.NewProperty(resource.PropertyMap{
			"status": resource.NewProperty("deployed"), "version": resource.NewProperty(ReleasedChart),
		})
	}
	if !outputs["metadata"].IsObject() {
		return outputs
	}
	metadata := outputs["metadata"].ObjectValue().Copy()
	if _, named := metadata["name"]; !named {
		metadata["name"] = resource.NewProperty(urn.Name() + "-1")
	}
	outputs["metadata"] = resource.NewProperty(metadata)
	return outputs
}

// Read finds everything as it was left.
func (p *Provider) Read(_ context.Context, r plugin.ReadRequest) (plugin.ReadResponse, error) {
	return plugin.ReadResponse{ReadResult: plugin.ReadResult{ID: r.ID, Inputs: r.Inputs, Outputs: r.State}}, nil
}

// Update changes the record's state in place.
func (p *Provider) Update(_ context.Context, r plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	return plugin.UpdateResponse{Properties: state(r.URN, r.NewInputs)}, nil
}

// Delete removes the record.
func (p *Provider) Delete(_ context.Context, r plugin.DeleteRequest) (plugin.DeleteResponse, error) {
	p.Lose(r.URN)
	return plugin.DeleteResponse{}, nil
}
