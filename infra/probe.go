package main

import (
	"strconv"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/internal/kube"
	"github.com/techcommerce/platform/infra/monitoring"
	"github.com/techcommerce/platform/stacks"
)

// probeArgs is what the probe asks for: the shop's Service, and its public address where it has one. Readiness is no
// traffic, so that a probe is not counted as a customer.
func probeArgs(stack stacks.Stack, release release) *monitoring.Probe {
	p := stack.Monitoring.Probe
	labels := map[string]string{"namespace": stack.Namespace, "service": publicService.Name}
	inside := pods(publicService)
	inside.Namespace = stack.Namespace
	args := &monitoring.Probe{
		Program: programOf(release, "blackbox-exporter", p.Image, p.CPU, p.Memory),
		Targets: []monitoring.ProbeTarget{{
			Job: alerts.JobProbeService, URL: insideURL(stack) + contract.ReadyPath, Labels: labels,
			Peers: []kube.Peer{inside}, Ports: []int{publicService.Port},
		}},
	}
	if address := stack.ProbedAddress(); address != "" {
		args.Targets = append(args.Targets, monitoring.ProbeTarget{
			Job: alerts.JobProbePublic, URL: address + contract.ReadyPath, Labels: labels,
			Peers: outsidePeers(stack), Ports: outsidePorts(stack, address),
		})
	}
	return args
}

// insideURL is the public Service as another namespace names it.
func insideURL(stack stacks.Stack) string {
	return "http://" + publicService.Host() + "." + stack.Namespace + ".svc:" + strconv.Itoa(publicService.Port)
}

// outsidePeers are where the public address leads: out, and, where the cluster shortens the way to its own load balancer,
// to whoever passes requests on.
func outsidePeers(stack stacks.Stack) []kube.Peer {
	return append(kube.Networks(cidrStrings(stack.Monitoring.Probe.Networks)), proxies(stack).Peers...)
}

// outsidePorts are the address' own, and those on which proxies listen that may not open one below 1024: ingress-nginx and
// most others, Traefik, Envoy Gateway.
func outsidePorts(stack stacks.Stack, address string) []int {
	ports := []int{stacks.PortOf(address)}
	if _, ok := stack.Proxies(); ok {
		ports = append(ports, 8080, 8443, 8000, 10080, 10443)
	}
	return ports
}

// probers are who probes the shop's public Service; nobody where nothing does.
func probers(stack stacks.Stack) []kube.Peer {
	if stack.Monitoring == nil || stack.Monitoring.Probe == nil {
		return nil
	}
	return []kube.Peer{monitoring.Prober(stack.Monitoring.Namespace)}
}
