package alerts

import (
	"time"

	"github.com/techcommerce/platform/infra/dashboards"
)

// Target is what the alerts must know of the stack that they watch.
type Target struct {
	// Environment is the value of the label "environment".
	Environment string
	// Namespace holds the shop, Monitoring what watches it.
	Namespace, Monitoring string
	// Runbooks is the base URL of docs/runbooks, Grafana that of Grafana. Empty: no such links.
	Runbooks, Grafana string
	// Severities replaces severities by alert; Off leaves the alert out.
	Severities map[string]Severity
	// Limits are the thresholds that may differ between stacks.
	Limits Limits
	// Promises are the targets of the service level objectives.
	Promises Promises
	// Jobs lists the scrape jobs that must have a target.
	Jobs []string
	// Autoscaled says that a service's number of pods follows its load.
	Autoscaled bool
	// Database is the StatefulSet of PostgreSQL. Empty: it does not run in the cluster.
	Database string
	// Backup is the CronJob that backs the database up. Empty: nothing does.
	Backup string
	// Host is the name that the shop's certificate is for. Empty: the stack has no certificate.
	Host string
	// RemoteWrite says that Prometheus sends its samples elsewhere, too.
	RemoteWrite bool
}

// Limits are the thresholds that may differ between stacks. Shares are between 0 and 1.
type Limits struct {
	// Errors is the share of a service's requests that may fail.
	Errors float64
	// Latency is how slow a service may be: 95 of 100 requests are faster.
	Latency time.Duration
	// Checkout is the same for placing an order.
	Checkout time.Duration
	// Pending is how long an order may be pending.
	Pending time.Duration
	// Restarts is how often a container may restart within ten minutes.
	Restarts float64
	// Disk, Memory and CPU are the shares of a node that may be used.
	Disk, Memory, CPU float64
	// ContainerMemory is the share of its limit that a container may use.
	ContainerMemory float64
	// Throttled is the share of its periods in which a container may be held up for want of processor time.
	Throttled float64
	// Volume is the share of a volume that may be used before somebody is woken.
	Volume float64
	// Connections is the share of the database's connections that may be in use.
	Connections float64
}

// DefaultLimits are those of a stack that sets none.
func DefaultLimits() Limits {
	return Limits{
		Errors:          0.05,
		Latency:         2 * time.Second,
		Checkout:        time.Second,
		Pending:         5 * time.Minute,
		Restarts:        3,
		Disk:            0.85,
		Memory:          0.90,
		CPU:             0.80,
		ContainerMemory: 0.90,
		Throttled:       0.50,
		Volume:          0.95,
		Connections:     0.80,
	}
}

// Panels are the limits that dashboards show.
func (l Limits) Panels() dashboards.Limits {
	return dashboards.Limits{
		Errors: l.Errors, Latency: l.Latency.Seconds(), Pending: l.Pending.Seconds(),
		ContainerMemory: l.ContainerMemory, Volume: l.Volume, Disk: l.Disk,
	}
}

// Promises are the targets of the service level objectives: shares of good events between 0 and 1. None may be less than
// 0.95: below that, no outage can burn the budget as fast as the alerts look for.
type Promises struct {
	Orders, Catalogue, Shop float64
	// Fast is how soon a request for products is answered that counts as good: one of contract.DurationBuckets, because
	// the services count by nothing else.
	Fast time.Duration
}

// DefaultPromises are those of a stack that makes none of its own.
func DefaultPromises() Promises {
	return Promises{Orders: 0.999, Catalogue: 0.99, Shop: 0.999, Fast: 500 * time.Millisecond}
}

// Scrape jobs. A series' label "job" tells which one it is from.
const (
	JobServices         = "services"
	JobPrometheus       = "prometheus"
	JobAlertmanager     = "alertmanager"
	JobGrafana          = "grafana"
	JobAPIServer        = "apiserver"
	JobKubelet          = "kubelet"
	JobCAdvisor         = "cadvisor"
	JobKubeStateMetrics = "kube-state-metrics"
	JobNodeExporter     = "node-exporter"
	JobCoreDNS          = "coredns"
	JobMetricsServer    = "metrics-server"
	JobPostgres         = "postgres-exporter"
	// JobIngress is ingress-nginx, which knows when the shop's certificate ends.
	JobIngress = "ingress-controller"
)

// Reference is a stack with everything that a stack may have. The runbooks are written for it, so the names that differ
// between stacks are variables of a shell.
func Reference() Target {
	return Target{
		Environment: "$ENV",
		Namespace:   "$NS",
		Monitoring:  "monitoring",
		Limits:      DefaultLimits(),
		Promises:    DefaultPromises(),
		Jobs: []string{
			JobServices, JobPrometheus, JobAlertmanager, JobGrafana, JobAPIServer, JobKubelet, JobCAdvisor,
			JobKubeStateMetrics, JobNodeExporter, JobCoreDNS, JobMetricsServer, JobPostgres, JobIngress,
		},
		Autoscaled:  true,
		Database:    "database",
		Backup:      "database-backup",
		Host:        "$HOST",
		RemoteWrite: true,
	}
}
