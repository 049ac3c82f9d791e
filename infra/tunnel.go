package main

import (
	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/edge"
	"github.com/techcommerce/platform/infra/internal/kube"
	"github.com/techcommerce/platform/stacks"
)

// tunnelAuthtoken is what the tunnel's key is called in the cluster.
const tunnelAuthtoken = "tunnel-authtoken"

// tunnelCPU and tunnelMemory are what the agent asks for.
var (
	tunnelCPU    = stacks.CPURange{Request: 50}
	tunnelMemory = stacks.MemoryRange{Request: 64 * stacks.MiB, Limit: 128 * stacks.MiB}
)

func tunnelArgs(t stacks.Tunnel, stack stacks.Stack, release release, deps dependencies) *edge.Tunnel {
	args := &edge.Tunnel{
		App: kube.App{
			Name: "tunnel", Tier: "frontend", Environment: stack.Environment, Version: stacks.Image(t.Image).Version(),
		},
		Image:     t.Image,
		UID:       contract.UID,
		CPU:       cpuRange(tunnelCPU),
		Memory:    memoryRange(tunnelMemory),
		Authtoken: deps.secrets.Refs[tunnelAuthtoken],
		Guard:     edge.Guard{BasicAuth: stack.Secrets[stacks.TunnelBasicAuth].Reveal()},
	}
	if o := t.OAuth; o != nil {
		args.Guard.OAuth = &edge.OAuth{Provider: string(o.Provider), Emails: o.Emails, Domains: o.Domains}
	}
	for _, service := range contract.Services() {
		if endpoint, opened := t.Endpoints[service.Name]; opened {
			args.Targets = append(args.Targets, edge.Target{
				App: app(service, stack, release), Host: service.Host(), Port: service.Port, URL: endpoint.URL,
			})
		}
	}
	return args
}
