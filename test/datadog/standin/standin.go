// Package standin is what stand-ins of Pulumi's providers have in common: the engine is attached to them, and they keep
// what they were asked to make. Every resource can be changed in place.
package standin

import (
	"context"
	"slices"
	"sync"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// Provider is the part of a stand-in that is the same for all.
type Provider struct {
	plugin.UnimplementedProvider

	// Package is the package that the provider is for, Version the real one's.
	Package, Version string

	mu   sync.Mutex
	made []resource.URN
}

// Made lists what was made and is still there, in its order.
func (p *Provider) Made() []resource.URN {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.made)
}

// Make records that a resource was made.
func (p *Provider) Make(urn resource.URN) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.made = append(p.made, urn)
}

// Lose records that a resource is gone.
func (p *Provider) Lose(urn resource.URN) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.made = slices.DeleteFunc(p.made, func(other resource.URN) bool { return other == urn })
}

// Pkg is the package that the provider is for.
func (p *Provider) Pkg() tokens.Package { return tokens.Package(p.Package) }

// GetPluginInfo is the real one's.
func (p *Provider) GetPluginInfo(context.Context) (plugin.PluginInfo, error) {
	version, err := semver.Parse(p.Version)
	return plugin.PluginInfo{Version: &version}, err
}

// SignalCancellation has nothing to stop.
func (p *Provider) SignalCancellation(context.Context) error { return nil }

// Attach agrees.
func (p *Provider) Attach(string) error { return nil }

// DiffConfig takes new settings without replacing anything.
func (p *Provider) DiffConfig(_ context.Context, r plugin.DiffConfigRequest) (plugin.DiffConfigResponse, error) {
	return diff(r.OldInputs, r.NewInputs), nil
}

// Diff compares inputs.
func (p *Provider) Diff(_ context.Context, r plugin.DiffRequest) (plugin.DiffResponse, error) {
	return diff(r.OldInputs, r.NewInputs), nil
}

// diff names the properties that differ, as the real providers do: what pulumi refresh prints as JSON has no others.
func diff(before, after resource.PropertyMap) plugin.DiffResult {
	result := plugin.DiffResult{Changes: plugin.DiffNone, DetailedDiff: map[string]plugin.PropertyDiff{}}
	differs := func(key resource.PropertyKey, kind plugin.DiffKind) {
		result.Changes = plugin.DiffSome
		result.ChangedKeys = append(result.ChangedKeys, key)
		result.DetailedDiff[string(key)] = plugin.PropertyDiff{Kind: kind, InputDiff: true}
	}
	for key, value := range after {
		if old, ok := before[key]; !ok {
			differs(key, plugin.DiffAdd)
		} else if !old.DeepEquals(value) {
			differs(key, plugin.DiffUpdate)
		}
	}
	for key := range before {
		if _, ok := after[key]; !ok {
			differs(key, plugin.DiffDelete)
		}
	}
	return result
}

// detailed says of a detailed difference that it is one, which the SDK's own server forgets.
type detailed struct {
	pulumirpc.ResourceProviderServer
}

// Diff passes the question on.
func (d detailed) Diff(ctx context.Context, r *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	response, err := d.ResourceProviderServer.Diff(ctx, r)
	if response != nil {
		response.HasDetailedDiff = len(response.DetailedDiff) > 0
	}
	return response, err
}

// Serve opens a provider on a port of this machine until stop is closed.
func Serve(p plugin.Provider, stop chan bool) (port int, err error) {
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterResourceProviderServer(server, detailed{plugin.NewProviderServer(p)})
			return nil
		},
	})
	return handle.Port, err
}
