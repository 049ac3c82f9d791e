// Package discovery configures what the agent collects of the containers on its node, and knows what it calls their metrics. It is
// apart from package agent, whose Kubernetes types are slow to compile, because it changes with the contract.
package discovery

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/alerts"
)

// Requests is what the agent calls the spans of requests that a service answers. The agent makes it of OpenTelemetry's
// span kind, and of it the metrics trace.http.server.request (a distribution of seconds), ….hits and ….errors.
const Requests = "trace.http.server.request"

// space begins the names of the services' own metrics in Datadog.
const space = "techcommerce"

// MetricName is what a metric of the services is called in Datadog; ok is false for one that is not collected. The
// histogram of requests is not: every bucket of every route would be paid for, and the traces have it already.
func MetricName(metric string) (name string, ok bool) {
	if metric == contract.MetricRequestDuration {
		return Requests, true
	}
	if !slices.Contains(slices.Concat(Collected(), CollectedOfPostgres()), metric) {
		return "", false
	}
	base, counter := strings.CutSuffix(metric, "_total")
	if counter || metric == alerts.PostgresDeadlocks { // a counter, whatever its name says
		return space + "." + base + ".count", true
	}
	return space + "." + metric, true
}

// Collected lists the metrics of the services that the agent collects, and no others: each series is paid for. Alerts add
// those that only they ask for.
func Collected() []string {
	return append([]string{
		contract.MetricRequests, contract.MetricOrders, contract.MetricOrdersPending, contract.MetricOrdersPendingOldest,
		contract.MetricProductStock, contract.MetricReservationsOpen,
	}, slices.Sorted(maps.Keys(alerts.OwnMetrics()))...)
}

// CollectedOfPostgres lists the metrics of PostgreSQL's exporter that the agent collects, and no others. Datadog's own
// check of PostgreSQL would want a role and a password in the database; the exporter has them already.
func CollectedOfPostgres() []string {
	return []string{alerts.PostgresConnections, alerts.PostgresMaxConnections, alerts.PostgresDeadlocks}
}

// logSource is how the agent reads a container's lines.
type logSource struct {
	Source  string    `json:"source"`
	Service string    `json:"service"`
	Rules   []logRule `json:"log_processing_rules"`
}

type logRule struct {
	Type    string `json:"type"`
	Name    string `json:"name"`
	Pattern string `json:"pattern"`
}

// check is how the agent asks a container for its metrics.
type check struct {
	InitConfig struct{}   `json:"init_config"`
	Instances  []instance `json:"instances"`
}

type instance struct {
	Endpoint string `json:"openmetrics_endpoint"`
	// Namespace begins the metrics' names.
	Namespace string `json:"namespace"`
	// Metrics are names as the check wants them: a counter's without its suffix.
	Metrics []string `json:"metrics"`
	// Most bounds what a mistake in labels can cost.
	Most int `json:"max_returned_metrics"`
}

// Annotations configure how the agent on a service's node reads its logs and scrapes its metrics. The container is
// called like the service.
func Annotations(service contract.Service) map[string]string {
	logs := []logSource{{
		Source: "go", Service: service.Name,
		Rules: []logRule{{Type: "exclude_at_match", Name: "probes", Pattern: contract.ProbeLine}},
	}}
	annotations := Metrics(service.Name, contract.InternalPort, Collected())
	annotations[about(service.Name)+".logs"] = encode(logs)
	return annotations
}

// ServerLog says to the agent that a container of a service is PostgreSQL, which writes everything to stderr: of a program
// that Datadog does not know it takes whatever is there for an error.
func ServerLog(container, service string) map[string]string {
	return map[string]string{about(container) + ".logs": encode([]logSource{{Source: "postgresql", Service: service, Rules: []logRule{}}})}
}

// ExporterLog drops the lines of PostgreSQL's exporter that are about no trouble, for the same reason.
func ExporterLog(container string) map[string]string {
	return map[string]string{about(container) + ".logs": encode([]logSource{{
		Source: "go", Service: container,
		Rules: []logRule{{Type: "exclude_at_match", Name: "content", Pattern: "level=(DEBUG|INFO)"}},
	}})}
}

// Metrics configure which metrics of a container the agent collects, and where.
func Metrics(container string, port int, metrics []string) map[string]string {
	var names []string
	for _, metric := range metrics {
		names = append(names, strings.TrimSuffix(metric, "_total"))
	}
	checks := map[string]check{"openmetrics": {Instances: []instance{{
		Endpoint:  "http://%%host%%:" + strconv.Itoa(port) + contract.MetricsPath,
		Namespace: space, Metrics: names, Most: 1000,
	}}}}
	return map[string]string{about(container) + ".checks": encode(checks)}
}

// about begins the annotations about a container.
func about(container string) string { return "ad.datadoghq.com/" + container }

// encode writes values of our own types, which always have a text.
func encode(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic("discovery: " + err.Error())
	}
	return string(text)
}
