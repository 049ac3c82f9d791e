package alerts

import (
	"strings"
	"time"

	"github.com/techcommerce/platform/apps/contract"
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
	// Objectives replaces the targets of service level objectives by their names, as shares between 0 and 1.
	Objectives map[string]float64
	// Jobs lists the scrape jobs that must have a target.
	Jobs []string
	// Autoscaled says that a service's number of pods follows its load.
	Autoscaled bool
	// Postgres says that PostgreSQL runs in the cluster.
	Postgres bool
	// BackupAge is how old the last backup may be. Zero: the stack makes none.
	BackupAge time.Duration
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
		Volume:          0.95,
		Connections:     0.80,
	}
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
	JobIngress          = "ingress-controller"
)

// Reference is a stack with everything that a stack may have. The runbooks are written for it, so its names are the
// variables of a shell.
func Reference() Target {
	return Target{
		Environment: "$ENV",
		Namespace:   "$NS",
		Monitoring:  "monitoring",
		Limits:      DefaultLimits(),
		Jobs: []string{
			JobServices, JobPrometheus, JobAlertmanager, JobGrafana, JobAPIServer, JobKubelet, JobCAdvisor,
			JobKubeStateMetrics, JobNodeExporter, JobCoreDNS, JobMetricsServer, JobPostgres, JobIngress,
		},
		Autoscaled:  true,
		Postgres:    true,
		BackupAge:   26 * time.Hour,
		Host:        "$HOST",
		RemoteWrite: true,
	}
}

// promql puts the names that the services and the stack define into an expression, each by its word:
//
//	$requests, $seconds, …  metrics of package contract
//	$namespace              the shop's namespace
//	$ours                   both namespaces, as a regular expression
//	$traffic                selects what people and services ask for, without the kubelet's probes
func (t Target) promql(expr string) string {
	return t.words().Replace(strings.TrimSpace(expr))
}

func (t Target) words() *strings.Replacer {
	l := t.Limits
	return strings.NewReplacer(
		"$requests", contract.MetricRequests,
		"$seconds", contract.MetricRequestDuration,
		"$orders", contract.MetricOrders,
		"$pendingOldest", contract.MetricOrdersPendingOldest,
		"$pending", contract.MetricOrdersPending,
		"$stock", contract.MetricProductStock,
		"$namespace", t.Namespace,
		"$ours", t.Namespace+"|"+t.Monitoring,
		"$traffic", `job="`+JobServices+`", namespace="`+t.Namespace+`", route!~"`+contract.HealthPath+`|`+contract.ReadyPath+`"`,
		"$maxErrors", number(l.Errors),
		"$maxLatency", number(l.Latency.Seconds()),
		"$maxCheckout", number(l.Checkout.Seconds()),
		"$maxPending", number(l.Pending.Seconds()),
		"$maxRestarts", number(l.Restarts),
		"$maxDisk", number(l.Disk),
		"$maxMemory", number(l.Memory),
		"$maxCPU", number(l.CPU),
		"$maxContainerMemory", number(l.ContainerMemory),
		"$maxVolume", number(l.Volume),
		"$maxConnections", number(l.Connections),
	)
}
