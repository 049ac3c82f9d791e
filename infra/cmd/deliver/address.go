package main

import (
	"context"
	"net/url"
	"strings"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/forward"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/smoke"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/stack"
	"github.com/techcommerce/platform/infra/internal/api"
	"github.com/techcommerce/platform/stacks"
)

// shop is where the shop is tried: where the command line says, else at the first address that the stack has and that lets
// a program in, else through the API server.
func (o *operation) shop(outputs stack.Outputs) (smoke.Shop, error) {
	var shop smoke.Shop
	switch address := o.address(outputs); address {
	case "":
		config, err := api.Config(o.settings.Cluster.Context)
		if err != nil {
			return shop, err
		}
		pods := forward.Pods{
			Config: config, Namespace: outputs.Namespace, App: contract.Frontend.Name, Port: contract.Frontend.Port,
		}
		shop = smoke.Shop{Name: "a port-forward to " + pods.App, Open: func(ctx context.Context) (string, func(), error) {
			return pods.Open(ctx)
		}}
	default:
		shop = smoke.At(address)
		if o.tunnelled(address) {
			shop.User, shop.Password, _ = strings.Cut(o.settings.Secrets[stacks.TunnelBasicAuth].Reveal(), ":")
		}
	}
	shop.Progress = o.progress
	return shop, nil
}

// address is empty where the stack has none that can be tried from here.
func (o *operation) address(outputs stack.Outputs) string {
	if o.url != "" {
		return o.url
	}
	for _, address := range outputs.URLs {
		if known, err := url.Parse(address); err != nil || known.Hostname() == "" {
			continue // a node port without the name of a node
		}
		if tunnel := o.settings.Edge.Tunnel; o.tunnelled(address) && tunnel.OAuth != nil {
			continue // people alone are let in
		}
		return address
	}
	return ""
}

// tunnelled says whether an address leads through the stack's tunnel.
func (o *operation) tunnelled(address string) bool {
	t := o.settings.Edge.Tunnel
	if t == nil {
		return false
	}
	for _, endpoint := range t.Endpoints {
		if endpoint.URL != "" && strings.TrimSuffix(endpoint.URL, "/") == strings.TrimSuffix(address, "/") {
			return true
		}
	}
	return false
}
