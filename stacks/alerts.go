package stacks

import (
	"slices"
	"strconv"
	"strings"

	"github.com/techcommerce/platform/apps/contract"
)

// Alerts is when people are told, by Prometheus and by Datadog alike.
type Alerts struct {
	// Limits are what must be exceeded before an alert fires.
	Limits Limits `json:"limits"`
	// Objectives are what the shop promises over 30 days.
	Objectives Objectives `json:"objectives"`
	// Severities changes how urgent single alerts are.
	Severities Severities `json:"severities"`
}

// Limits are what must be exceeded before an alert fires. Dashboards turn red there.
type Limits struct {
	// Errors is the share of a service's requests, and of the orders, that may fail.
	Errors Percent `json:"errors"`
	// Latency is how many milliseconds 95 of 100 requests to a service may take.
	Latency int `json:"latency" min:"1" max:"9000"`
	// Checkout is how many milliseconds 95 of 100 orders may take to be placed.
	Checkout int `json:"checkout" min:"1" max:"9000"`
	// Pending is how long an order may be pending.
	Pending Duration `json:"pending"`
	// Restarts is how often a container may restart within ten minutes.
	Restarts int `json:"restarts" min:"1" max:"100"`
	// Disk is the share of a node's disk that may be used.
	Disk Percent `json:"disk"`
	// Memory is the share of a node's memory that may be used.
	Memory Percent `json:"memory"`
	// CPU is the share of a node's processor time that may be used.
	CPU Percent `json:"cpu"`
	// ContainerMemory is the share of its memory limit that a container may use.
	ContainerMemory Percent `json:"containerMemory"`
	// Throttled is the share of its periods in which a container may be held up for want of processor time.
	Throttled Percent `json:"throttled"`
	// Volume is the share of a volume that may be used before somebody is woken.
	Volume Percent `json:"volume"`
	// Connections is the share of the database's connections that may be in use.
	Connections Percent `json:"connections"`
}

// Objectives are what the shop promises over 30 days.
type Objectives struct {
	// Orders is the share of requests to order-api that are answered without an error of its own: in Prometheus of
	// those that place an order, in Datadog of all.
	Orders Percent `json:"orders"`
	// Catalogue is the share of requests for products that are answered within catalogueTime: in Datadog the share of
	// time in which 95 of 100 are.
	Catalogue Percent `json:"catalogue"`
	// CatalogueTime is that time in milliseconds: 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2000, 5000 or 10000, because
	// the services count by nothing else.
	CatalogueTime int `json:"catalogueTime"`
	// Shop is the share of requests to the shop that are answered without an error of its own: in Datadog the share of
	// time in which every pod runs that shall.
	Shop Percent `json:"shop"`
}

// Severities changes how urgent single alerts are, by their names.
type Severities struct {
	// Critical alerts wake somebody.
	Critical []AlertName `json:"critical,omitempty"`
	// Warning alerts wait for the morning.
	Warning []AlertName `json:"warning,omitempty"`
	// Info alerts are for those who ask.
	Info []AlertName `json:"info,omitempty"`
	// Without lists the alerts that the stack does not have.
	Without []AlertName `json:"without,omitempty"`
}

func defaultAlerts() Alerts {
	return Alerts{
		Limits: Limits{
			Errors: 5, Latency: 2000, Checkout: 1000, Pending: 300 * Second, Restarts: 3,
			Disk: 85, Memory: 90, CPU: 80, ContainerMemory: 90, Throttled: 50, Volume: 95, Connections: 80,
		},
		Objectives: Objectives{Orders: 99.9, Catalogue: 99, CatalogueTime: 500, Shop: 99.9},
	}
}

func (a Alerts) validate(path string) []Problem {
	found := problems(a.Limits.validate(path + ".limits"))
	found = append(found, a.Objectives.validate(path+".objectives")...)
	return append(found, a.Severities.validate(path+".severities")...)
}

func (l Limits) validate(path string) []Problem {
	var found problems
	for name, share := range map[string]Percent{
		"errors": l.Errors, "disk": l.Disk, "memory": l.Memory, "cpu": l.CPU, "containerMemory": l.ContainerMemory,
		"throttled": l.Throttled, "volume": l.Volume, "connections": l.Connections,
	} {
		if share <= 0 || share >= 100 {
			found.add(path+"."+name, "%s, want more than 0 and less than 100", share)
		}
	}
	if l.Pending < 60*Second || l.Pending > 3600*Second {
		found.add(path+".pending", "%s, want 1m0s to 1h0m0s", l.Pending)
	}
	return found
}

// leastPromise is the least that an objective may promise: of less, no outage burns the budget as fast as the alerts look
// for.
const leastPromise = Percent(95)

func (o Objectives) validate(path string) []Problem {
	var found problems
	for name, share := range map[string]Percent{"orders": o.Orders, "catalogue": o.Catalogue, "shop": o.Shop} {
		if share < leastPromise || share >= 100 {
			found.add(path+"."+name, "%s, want at least %s and less than 100", share, leastPromise)
		}
	}
	if times := countedTimes(); !slices.Contains(times, o.CatalogueTime) {
		var texts []string
		for _, time := range times {
			texts = append(texts, strconv.Itoa(time))
		}
		found.add(path+".catalogueTime", "%d, want one of the times that the services count by: %s",
			o.CatalogueTime, strings.Join(texts, ", "))
	}
	return found
}

// countedTimes are the whole milliseconds that the services count requests by.
func countedTimes() []int {
	var times []int
	for _, bucket := range contract.DurationBuckets() {
		if time := int(bucket.Milliseconds()); bucket.Microseconds()%1000 == 0 {
			times = append(times, time)
		}
	}
	return times
}

// validate demands that no alert is in two lists.
func (s Severities) validate(path string) []Problem {
	var found problems
	seen := map[AlertName]bool{}
	for _, name := range slices.Concat(s.Critical, s.Warning, s.Info, s.Without) {
		if seen[name] {
			found.add(path, "%s is there twice", name)
		}
		seen[name] = true
	}
	return found
}
