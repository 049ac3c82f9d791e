package stacks

import "cmp"

// Service is how much of one service runs.
type Service struct {
	// Replicas is the number of pods. It does not count where autoscale is set.
	Replicas int `json:"replicas,omitempty" min:"1" max:"100"`
	// Autoscale lets the number of pods follow their load. Absent: replicas.
	Autoscale *Autoscale `json:"autoscale,omitempty"`
	// CPU is what one pod asks for, and the most that it gets.
	CPU CPURange `json:"cpu"`
	// Memory is what one pod asks for, and the most that it gets.
	Memory MemoryRange `json:"memory"`
	// MaxConnections bounds the requests that one pod serves at once.
	MaxConnections int `json:"maxConnections,omitempty" min:"1" max:"10000"`
	// OpenConnections bounds the connections that clients keep open to one pod; when all are taken, who has most loses the
	// oldest. Each takes up to 64 KiB of the pod's memory. Absent: 1000.
	OpenConnections int `json:"openConnections,omitempty" min:"1" max:"100000"`
	// ConnectionsPerClient bounds those of one client that is no trusted proxy. Absent: a quarter.
	ConnectionsPerClient int `json:"connectionsPerClient,omitempty" min:"1" max:"100000"`
	// RequestsPerClient bounds the reads, and the writes, of one client that one pod of the frontend works on at once. Absent:
	// a quarter of maxConnections, 12 at least.
	RequestsPerClient int `json:"requestsPerClient,omitempty" min:"1" max:"10000"`
	// WriteRate is how many writes a second one client may make at one pod; twice that are let through in one burst.
	WriteRate int `json:"writeRate,omitempty" min:"1" max:"10000"`
	// DatabaseConnections bounds the connections that one pod holds to its database, if it has one.
	DatabaseConnections int `json:"databaseConnections,omitempty" min:"1" max:"1000"`
	// Spread says how pods are kept apart.
	Spread Spread `json:"spread,omitempty"`
	// Rollout says how a new version takes the place of the old one: all pods one by one, or one pod first, which make
	// deploy judges before the others follow.
	Rollout Rollout `json:"rollout,omitempty"`
}

// Autoscale lets the number of pods follow their load.
type Autoscale struct {
	// Min is the least number of pods.
	Min int `json:"min" min:"1" max:"100"`
	// Max is the greatest number of pods.
	Max int `json:"max" min:"1" max:"100"`
	// CPU is the utilisation to hold, in percent of the request.
	CPU int `json:"cpu,omitempty" min:"1" max:"100"`
	// ShrinkAfter is how long the load must have been lower before pods are taken away, at most an hour.
	ShrinkAfter Duration `json:"shrinkAfter"`
}

func (a *Autoscale) setDefaults() { a.CPU, a.ShrinkAfter = 70, 300*Second }

// CPURange is what one pod asks for, and the most that it gets.
type CPURange struct {
	// Request is reserved on the node.
	Request CPU `json:"request"`
	// Limit throttles the pod. Absent: none.
	Limit CPU `json:"limit,omitempty"`
}

// MemoryRange is what one pod asks for, and the most that it gets.
type MemoryRange struct {
	// Request is reserved on the node.
	Request Bytes `json:"request"`
	// Limit kills the pod that exceeds it.
	Limit Bytes `json:"limit"`
}

// Spread says how a service's pods are kept apart.
type Spread string

// The ways to keep pods apart.
const (
	// SpreadPreferred puts pods on different nodes and zones where there are some.
	SpreadPreferred Spread = "preferred"
	// SpreadRequired never puts two pods of a service on one node.
	SpreadRequired Spread = "required"
)

func (Spread) options() []string { return []string{string(SpreadPreferred), string(SpreadRequired)} }

// Peak is the greatest number of pods that the service may have at rest.
func (s Service) Peak() int {
	if s.Autoscale != nil {
		return s.Autoscale.Max
	}
	return s.Replicas
}

func defaultService() Service {
	return Service{
		Replicas:            2,
		CPU:                 CPURange{Request: 100},
		Memory:              MemoryRange{Request: 64 * MiB, Limit: 128 * MiB},
		MaxConnections:      100,
		WriteRate:           20,
		DatabaseConnections: 10,
		Spread:              SpreadPreferred,
		Rollout:             RolloutRolling,
	}
}

func (s Service) validate(path string) []Problem {
	found := problems(validateRange(path, s.CPU, s.Memory))
	if most := cmp.Or(s.OpenConnections, 1000); s.ConnectionsPerClient > most {
		found.add(path+".connectionsPerClient", "%d is above openConnections (%d)", s.ConnectionsPerClient, most)
	}
	if s.RequestsPerClient > s.MaxConnections {
		found.add(path+".requestsPerClient", "%d is above maxConnections (%d)", s.RequestsPerClient, s.MaxConnections)
	}
	if s.Autoscale != nil {
		found = append(found, s.Autoscale.validate(path+".autoscale")...)
	}
	return found
}

func (a Autoscale) validate(path string) []Problem {
	var found problems
	switch {
	case a.Min == 0 || a.Max == 0:
		found.add(path, "want min and max")
	case a.Max < a.Min:
		found.add(path+".max", "%d is below min (%d)", a.Max, a.Min)
	}
	if limit := 3600 * Second; a.ShrinkAfter > limit {
		found.add(path+".shrinkAfter", "%s, want at most %s", a.ShrinkAfter, limit)
	}
	return found
}

// validateRange checks what any pod asks for.
func validateRange(path string, cpu CPURange, memory MemoryRange) []Problem {
	var found problems
	if cpu.Request <= 0 {
		found.add(path+".cpu.request", "%s, want more than 0", cpu.Request)
	}
	if cpu.Limit != 0 && cpu.Limit < cpu.Request {
		found.add(path+".cpu.limit", "%s is below the request (%s)", cpu.Limit, cpu.Request)
	}
	if memory.Request <= 0 {
		found.add(path+".memory.request", "%s, want more than 0", memory.Request)
	}
	if memory.Limit < memory.Request {
		found.add(path+".memory.limit", "%s is below the request (%s)", memory.Limit, memory.Request)
	}
	return found
}

// Least is the smallest number of pods that the service may have at rest.
func (s Service) Least() int {
	if s.Autoscale != nil {
		return s.Autoscale.Min
	}
	return s.Replicas
}
