package main

import (
	"maps"
	"slices"
	"strconv"

	"github.com/techcommerce/platform/infra/foundation"
	"github.com/techcommerce/platform/stacks"
)

// demand adds up what pods may ask for.
type demand struct {
	pods   int
	cpu    stacks.CPU
	memory stacks.MemoryRange
	// largest is the greatest memory limit of one container.
	largest stacks.Bytes
}

func (d *demand) add(pods int, cpu stacks.CPU, memory stacks.MemoryRange) {
	d.pods += pods
	d.cpu += stacks.CPU(pods) * cpu
	d.memory.Request += stacks.Bytes(pods) * memory.Request
	d.memory.Limit += stacks.Bytes(pods) * memory.Limit
	d.largest = max(d.largest, memory.Limit)
}

// jobs is how many pods of backups and loads there may be at once, failed ones included.
const jobs = 4

// quota is what the namespace may hold at most: each service twice at its peak, because pods that drain still count
// while the next ones start, its canary, the database, and a few jobs. More than that is a mistake, not load.
func quota(stack stacks.Stack) foundation.Quota {
	var d demand
	for _, name := range slices.Sorted(maps.Keys(stack.Services)) {
		service := stack.Services[name]
		d.add(2*service.Peak(), service.CPU.Request, service.Memory)
		if service.Rollout == stacks.RolloutCanary {
			d.add(1, service.CPU.Request, service.Memory)
		}
	}
	volumes, storage := 0, stacks.Bytes(0)
	if e := stack.Database.Embedded; e != nil {
		volumes, storage = len(storing()), stacks.Bytes(len(storing()))*e.Size
	}
	if p := stack.Database.Postgres; p != nil {
		volumes, storage = 1, p.Size
		d.add(1, p.CPU.Request, p.Memory)
		d.add(jobs, 100, stacks.MemoryRange{Request: 64 * stacks.MiB, Limit: 256 * stacks.MiB})
		if m := stack.Monitoring; m != nil {
			d.add(1, m.PostgresExporter.CPU.Request, m.PostgresExporter.Memory)
		}
		if p.Backup != nil {
			volumes, storage = volumes+1, storage+p.Backup.Size
		}
	}
	if stack.Edge.Tunnel != nil {
		d.add(1, tunnelCPU.Request, tunnelMemory)
	}
	ports := nodePorts(stack.Edge.NodePort)
	if stack.Edge.Solver() != "" {
		// A challenge that ends still counts while the next one starts. Their Service is one of type NodePort.
		d.add(2, solverCPU, solverMemory)
		ports++
	}
	return d.quota(volumes, storage, ports)
}

// solverCPU and solverMemory are what cert-manager's pods for HTTP-01 ask for.
var (
	solverCPU    = stacks.CPU(10)
	solverMemory = stacks.MemoryRange{Request: 64 * stacks.MiB, Limit: 64 * stacks.MiB}
)

func (d demand) quota(volumes int, storage stacks.Bytes, nodePorts int) foundation.Quota {
	return foundation.Quota{
		Hard: map[string]string{
			"pods":                   strconv.Itoa(d.pods),
			"requests.cpu":           d.cpu.String(),
			"requests.memory":        d.memory.Request.String(),
			"limits.memory":          d.memory.Limit.String(),
			"persistentvolumeclaims": strconv.Itoa(volumes),
			"requests.storage":       storage.String(),
			"services.loadbalancers": "0",
			"services.nodeports":     strconv.Itoa(nodePorts),
		},
		LargestContainer: d.largest.String(),
	}
}

// monitoringQuota is each part of the monitoring twice, because one that stops still counts while the next one starts.
func monitoringQuota(m stacks.Monitoring) foundation.Quota {
	var d demand
	d.add(2, m.Prometheus.CPU.Request, m.Prometheus.Memory)
	d.add(2, m.Alertmanager.CPU.Request, m.Alertmanager.Memory)
	// kube-state-metrics has two containers.
	d.add(2*2, m.KubeStateMetrics.CPU.Request, m.KubeStateMetrics.Memory)
	if p := m.Probe; p != nil {
		d.add(2, p.CPU.Request, p.Memory)
	}
	volumes, storage, ports := 2, m.Prometheus.Size+m.Alertmanager.Size, []int{m.Prometheus.NodePort}
	if g := m.Grafana; g != nil {
		d.add(2, g.CPU.Request, g.Memory)
		volumes, storage, ports = volumes+1, storage+g.Size, append(ports, g.NodePort)
	}
	return d.quota(volumes, storage, nodePorts(ports...))
}

// mostNodes is how large a cluster may grow before its agents meet their quota.
const mostNodes = 500

// nodesQuota is an agent for each node.
func nodesQuota(m stacks.Monitoring) foundation.Quota {
	var d demand
	d.add(mostNodes, m.NodeExporter.CPU.Request, m.NodeExporter.Memory)
	return d.quota(0, 0, 0)
}

// nodePorts counts those that are open.
func nodePorts(ports ...int) int {
	open := 0
	for _, port := range ports {
		if port != 0 {
			open++
		}
	}
	return open
}

// registries are where images of the namespace may come from.
func registries(stack stacks.Stack, release release) []string {
	allowed := stack.Images.AllowedRegistries(release.images)
	if solver := stack.Edge.Solver(); solver != "" {
		allowed = append(slices.Clone(allowed), solver)
	}
	if len(stack.Images.Registries) > 0 {
		return allowed
	}
	for _, image := range foreign(stack) {
		allowed = append(allowed, stacks.Image(image).Repository())
	}
	return allowed
}

// foreign are the images of the namespace that are not ours.
func foreign(stack stacks.Stack) []string {
	var images []string
	if p := stack.Database.Postgres; p != nil {
		images = append(images, p.Image)
		if m := stack.Monitoring; m != nil {
			images = append(images, m.PostgresExporter.Image)
		}
		if p.Backup != nil && p.Backup.Bucket != nil {
			images = append(images, p.Backup.Bucket.Image)
		}
	}
	if t := stack.Edge.Tunnel; t != nil {
		images = append(images, t.Image)
	}
	return images
}
