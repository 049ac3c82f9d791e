package alerts

import (
	"time"
)

// Target is what the alerts must know of the stack that they monitor.
type Target struct {
	// Environment is the value of the label "environment".
	Environment string
	// Namespace holds the shop, Monitoring what monitors it, Nodes the monitoring's agents on the nodes.
	Namespace, Monitoring, Nodes string
	// Interval is the time between two scrapes. Zero: 15 seconds.
	Interval time.Duration
	// Runbooks is the base URL of docs/runbooks, Grafana that of Grafana. Empty: no such links.
	Runbooks, Grafana string
	// Severities replaces severities by alert; Off leaves the alert out.
	Severities map[string]Severity
	// Limits are the thresholds that the stack sets, by their keys and in the units of the settings. Absent: the default.
	Limits map[string]float64
	// Objectives are the targets of the service level objectives.
	Objectives ObjectiveTargets
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
	// Probe says that the shop is probed as a customer would reach it.
	Probe bool
	// RemoteWrite says that Prometheus sends its samples elsewhere, too.
	RemoteWrite bool
}

// ObjectiveTargets are the targets of the service level objectives: shares of good events between 0 and 1. None may be less than
// 0.95: below that, no outage can burn the budget as fast as the alerts look for.
type ObjectiveTargets struct {
	Orders, Catalogue, Shop float64
	// Fast is how soon a request for products is answered that counts as good: one of contract.DurationBuckets, because
	// the services count by nothing else.
	Fast time.Duration
}

// DefaultObjectiveTargets are those of a stack that sets none.
func DefaultObjectiveTargets() ObjectiveTargets {
	return ObjectiveTargets{Orders: 0.999, Catalogue: 0.99, Shop: 0.999, Fast: 500 * time.Millisecond}
}

// Scrape jobs. A series' label "job" names the one that it is from.
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
	JobBlackbox         = "blackbox-exporter"
	// JobProbePublic probes the shop's public address, JobProbeService its Service in the cluster.
	JobProbePublic  = "probe-public"
	JobProbeService = "probe-service"
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
		Nodes:       "monitoring-nodes",
		Objectives:  DefaultObjectiveTargets(),
		Jobs: []string{
			JobServices, JobPrometheus, JobAlertmanager, JobGrafana, JobAPIServer, JobKubelet, JobCAdvisor,
			JobKubeStateMetrics, JobNodeExporter, JobCoreDNS, JobMetricsServer, JobPostgres, JobIngress,
			JobBlackbox, JobProbePublic, JobProbeService,
		},
		Autoscaled:  true,
		Database:    "database",
		Backup:      "database-backup",
		Host:        "$HOST",
		Probe:       true,
		RemoteWrite: true,
	}
}
