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
	labels := map[string]string{"namespace": stack.Namespace, "service": public.Name}
	inside := pods(public)
	inside.Namespace = stack.Namespace
	args := &monitoring.Probe{
		Program: programOf(release, "blackbox-exporter", p.Image, p.CPU, p.Memory),
		Targets: []monitoring.ProbeTarget{{
			Job: alerts.JobProbeService, URL: insideURL(stack) + contract.ReadyPath, Labels: labels,
			Peers: []kube.Peer{inside}, Ports: []int{public.Port},
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
	return "http://" + public.Host() + "." + stack.Namespace + ".svc:" + strconv.Itoa(public.Port)
}

// outsidePeers are where the public address leads: out, and, where the cluster shortens the way to its own load balancer,
// to the Ingress controller's pods.
func outsidePeers(stack stacks.Stack) []kube.Peer {
	var peers []kube.Peer
	for _, network := range texts(stack.Monitoring.Probe.Networks) {
		peers = append(peers, kube.Peer{CIDR: network})
	}
	if i := stack.Edge.Ingress; i != nil {
		peers = append(peers, kube.Peer{Namespace: i.Controller})
	}
	return peers
}

// outsidePorts are the address' own, and those on which controllers listen that may not open one below 1024.
func outsidePorts(stack stacks.Stack, address string) []int {
	ports := []int{stacks.PortOf(address)}
	if stack.Edge.Ingress != nil {
		ports = append(ports, 8080, 8443)
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
