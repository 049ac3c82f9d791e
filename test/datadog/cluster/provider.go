package cluster

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/techcommerce/platform/infra/datadog/agent"
	"github.com/techcommerce/platform/test/datadog/sdktypes"
	"github.com/techcommerce/platform/test/datadog/standin"
)

// Provider stands in for Pulumi's Kubernetes provider.
type Provider struct {
	standin.Provider

	helm *sdktypes.SDK
}

// New makes a provider that knows what a Helm release takes: the program declares it without the SDK's types.
func New(helm *sdktypes.SDK) *Provider {
	return &Provider{helm: helm, Provider: standin.Provider{Package: "kubernetes", Version: helm.Version}}
}

// CheckConfig takes everything.
func (p *Provider) CheckConfig(_ context.Context, r plugin.CheckConfigRequest) (plugin.CheckConfigResponse, error) {
	return plugin.CheckConfigResponse{Properties: r.News}, nil
}

// Configure reaches no cluster.
func (p *Provider) Configure(context.Context, plugin.ConfigureRequest) (plugin.ConfigureResponse, error) {
	return plugin.ConfigureResponse{}, nil
}

// Check holds a release against the SDK. The SDK's types made everything else.
func (p *Provider) Check(_ context.Context, r plugin.CheckRequest) (plugin.CheckResponse, error) {
	if r.Type != agent.ReleaseToken {
		return plugin.CheckResponse{Properties: r.News}, nil
	}
	known, _, err := p.helm.Resource(agent.ReleaseToken)
	if err != nil {
		return plugin.CheckResponse{}, err
	}
	var failures []plugin.CheckFailure
	for _, problem := range known.Check(agent.ReleaseToken, resource.NewProperty(r.News)) {
		failures = append(failures, plugin.CheckFailure{Reason: problem})
	}
	return plugin.CheckResponse{Properties: r.News, Failures: failures}, nil
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
	if urn.Type() == agent.ReleaseToken {
		outputs["status"] = resource.NewProperty(resource.PropertyMap{"status": resource.NewProperty("deployed")})
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
