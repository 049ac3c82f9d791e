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
// while the next ones start, the database, and a few jobs. More than that is a mistake, not load.
func quota(stack stacks.Stack) foundation.Quota {
	var d demand
	for _, name := range slices.Sorted(maps.Keys(stack.Services)) {
		service := stack.Services[name]
		d.add(2*service.Peak(), service.CPU.Request, service.Memory)
	}
	volumes, storage := 0, stacks.Bytes(0)
	if e := stack.Database.Embedded; e != nil {
		volumes, storage = len(storing()), stacks.Bytes(len(storing()))*e.Size
	}
	if p := stack.Database.Postgres; p != nil {
		volumes, storage = 1, p.Size
		d.add(1, p.CPU.Request, p.Memory)
		d.add(jobs, 100, stacks.MemoryRange{Request: 64 * stacks.MiB, Limit: 256 * stacks.MiB})
		if p.Backup != nil {
			volumes, storage = volumes+1, storage+p.Backup.Size
		}
	}
	if stack.Edge.Tunnel != nil {
		d.add(1, tunnelCPU.Request, tunnelMemory)
	}
	return foundation.Quota{
		Hard: map[string]string{
			"pods":                   strconv.Itoa(d.pods),
			"requests.cpu":           d.cpu.String(),
			"requests.memory":        d.memory.Request.String(),
			"limits.memory":          d.memory.Limit.String(),
			"persistentvolumeclaims": strconv.Itoa(volumes),
			"requests.storage":       storage.String(),
			"services.loadbalancers": "0",
			"services.nodeports":     strconv.Itoa(nodePorts(stack.Edge)),
		},
		LargestContainer: d.largest.String(),
	}
}

func nodePorts(edge stacks.Edge) int {
	if edge.NodePort == 0 {
		return 0
	}
	return 1
}

// registries are where images of the namespace may come from.
func registries(stack stacks.Stack, release release) []string {
	allowed := stack.Images.AllowedRegistries(release.images)
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
		if p.Backup != nil && p.Backup.Bucket != nil {
			images = append(images, p.Backup.Bucket.Image)
		}
	}
	if t := stack.Edge.Tunnel; t != nil {
		images = append(images, t.Image)
	}
	return images
}
