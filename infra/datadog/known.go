package datadog

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/datadog/discovery"
	"github.com/techcommerce/platform/infra/datadog/spec"
)

// tagsOf are the tags that a metric has; nil if nothing sends it. A query of anything else is silent for ever.
func tagsOf(metric string) []string {
	pods := []string{"env", "service", "version", "kube_namespace", "kube_cluster_name", "kube_deployment", "pod_name"}
	services := map[string][]string{
		contract.MetricRequests: {"method", "route", "status"}, contract.MetricOrders: {"outcome"},
		contract.MetricOrdersPending: {}, contract.MetricOrdersPendingOldest: {},
		contract.MetricProductStock: {"product"}, contract.MetricReservationsOpen: {},
		alerts.PostgresConnections: {"datname", "state"}, alerts.PostgresMaxConnections: {}, alerts.PostgresDeadlocks: {"datname"},
	}
	maps.Copy(services, alerts.OwnMetrics())
	for name, labels := range services {
		if known, ok := discovery.MetricName(name); ok && known == metric {
			return append(pods, labels...)
		}
	}
	if slices.Contains(traces(), metric) {
		return []string{"env", "service", "version", "resource_name", "http.status_code", "http.status_class"}
	}
	if tags, ok := cluster()[metric]; ok {
		return append([]string{"kube_cluster_name"}, tags...)
	}
	return nil
}

// traces are the metrics that the agent makes of spans.
func traces() []string {
	var names []string
	for _, span := range []string{discovery.Requests, calls} {
		names = append(names, span, span+".hits", span+".errors")
	}
	return names
}

// cluster are the metrics of the agent's own checks that are used here, with their tags as its integrations document
// them.
func cluster() map[string][]string {
	container := []string{"kube_namespace", "kube_deployment", "pod_name", "kube_container_name"}
	volume := []string{"kube_namespace", "persistentvolumeclaim"}
	autoscaler := []string{"kube_namespace", "horizontalpodautoscaler"}
	return map[string][]string{
		"kubernetes_state.container.restarts":                    container,
		"kubernetes_state.container.status_report.count.waiting": append(container, "reason"),
		"kubernetes_state.deployment.replicas_available":         {"kube_namespace", "kube_deployment"},
		"kubernetes_state.deployment.replicas_unavailable":       {"kube_namespace", "kube_deployment"},
		"kubernetes_state.hpa.current_replicas":                  autoscaler,
		"kubernetes_state.hpa.desired_replicas":                  autoscaler,
		"kubernetes_state.hpa.max_replicas":                      autoscaler,
		"kubernetes_state.node.by_condition":                     {"condition", "status", "node"},
		"kubernetes_state.statefulset.replicas_ready":            {"kube_namespace", "kube_stateful_set"},
		"kubernetes.cpu.cfs.periods":                             container,
		"kubernetes.cpu.cfs.throttled.periods":                   container,
		"kubernetes.cpu.usage.total":                             container,
		"kubernetes.memory.limits":                               container,
		"kubernetes.memory.working_set":                          container,
		"kubernetes.kubelet.volume.stats.capacity_bytes":         volume,
		"kubernetes.kubelet.volume.stats.used_bytes":             volume,
		"system.cpu.idle":                                        {"host"},
		"system.disk.total":                                      {"host", "device"},
		"system.disk.used":                                       {"host", "device"},
		"system.mem.total":                                       {"host"},
		"system.mem.usable":                                      {"host"},
	}
}

// lineTags are the tags and attributes that log lines have: the agent's, and those that the services write.
func lineTags() []string {
	return []string{"service", "status", "kube_namespace", "env", "version", "pod_name", "@http.status_code", "@http.route"}
}

// exists lists what a query looks at that there is not.
func (a Args) exists(uses []spec.Use, more map[string][]string) []string {
	var found []string
	for _, use := range uses {
		tags, what := lineTags(), "log lines"
		if use.Metric != "" {
			tags, what = tagsOf(use.Metric), use.Metric
			if own, ok := more[use.Metric]; ok {
				tags = append([]string{"env", "service", "version", "kube_namespace", "kube_cluster_name"}, own...)
			}
		}
		if tags == nil {
			found = append(found, fmt.Sprintf("query: nothing sends %s", use.Metric))
			continue
		}
		for _, filter := range append(slices.Clone(use.Filters), use.By...) {
			key, value, _ := strings.Cut(filter, ":")
			if !slices.Contains(tags, key) {
				found = append(found, fmt.Sprintf("query: %s has no tag %s", what, key))
			}
			if key == "service" && value != "" && !slices.Contains(a.serviceNames(), value) {
				found = append(found, fmt.Sprintf("query: there is no service %s", value))
			}
		}
	}
	return found
}
