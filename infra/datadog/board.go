package datadog

import (
	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/datadog/discovery"
)

// board is a dashboard as the API writes it. Every key that the API returns is written, or each refresh would find a
// difference.
type board struct {
	Title             string     `json:"title"`
	Description       string     `json:"description"`
	LayoutType        string     `json:"layout_type"`
	ReflowType        string     `json:"reflow_type"`
	TemplateVariables []variable `json:"template_variables"`
	NotifyList        []string   `json:"notify_list"`
	Widgets           []widget   `json:"widgets"`
}

type variable struct {
	Name            string   `json:"name"`
	Prefix          string   `json:"prefix"`
	AvailableValues []string `json:"available_values"`
	Defaults        []string `json:"defaults"`
}

type widget struct {
	Definition any `json:"definition"`
}

func (a Args) board(objectives []string) board {
	return board{
		Title:       a.title("Shop"),
		Description: "What the shop promises and does. Declared by Pulumi: changes made here are undone by the next update.",
		LayoutType:  "ordered",
		ReflowType:  "auto",
		TemplateVariables: []variable{
			{Name: "service", Prefix: "service", AvailableValues: a.serviceNames(), Defaults: []string{"*"}},
		},
		NotifyList: []string{},
		Widgets: []widget{
			a.promised(objectives), a.golden(), a.lines(), a.kubernetes(), a.database(), a.cost(),
		},
	}
}

func (a Args) serviceNames() []string {
	var names []string
	for _, service := range a.Services {
		names = append(names, service.Name)
	}
	return names
}

func (a Args) promised(objectives []string) widget {
	list := []widget{{manage{
		Type: "manage_status", Title: "Monitors", Summary: "monitors", Query: "tag:(" + a.stackTag() + ")",
		Sort: "status,asc", Format: "countsAndList", Color: "text", ShowTriggered: true,
	}}}
	for _, id := range objectives {
		list = append(list, widget{objectiveWidget{
			Type: "slo", ID: id, View: "detail", Mode: "overall", Windows: []string{"7d", period}, Budget: true,
		}})
	}
	return section("Promised", list...)
}

func (a Args) golden() widget {
	scope := "{env:" + a.Scope.Environment + ",$service} by {service}"
	hits, errors := "sum:"+discovery.Requests+".hits"+scope+".as_count()", "sum:"+discovery.Requests+".errors"+scope+".as_count()"
	return section("Golden signals",
		graph("Requests", hits),
		share("Requests that fail, in percent", errors, hits),
		graph("Half of the requests take, in seconds", "p50:"+discovery.Requests+scope),
		graph("95 of 100 take, in seconds", "p95:"+discovery.Requests+scope),
		graph("Orders by outcome", a.mine("sum", name(contract.MetricOrders), "outcome")+".as_count()"),
		graph("Oldest pending order, in seconds", a.mine("max", name(contract.MetricOrdersPendingOldest), "")),
	)
}

func (a Args) lines() widget {
	here := "kube_namespace:" + a.Scope.Namespace
	return section("Logs",
		ranking("Errors by service", here+" status:error", "service"),
		ranking("Lines by service", here, "service"),
		stream("Errors", here+" status:error"),
	)
}

func (a Args) kubernetes() widget {
	return section("Kubernetes",
		graph("Pods that are missing", a.here("max", "kubernetes_state.deployment.replicas_unavailable", "kube_deployment")),
		share("Autoscaler: share of its most", a.here("max", "kubernetes_state.hpa.current_replicas", "horizontalpodautoscaler"),
			a.here("max", "kubernetes_state.hpa.max_replicas", "horizontalpodautoscaler")),
		graph("Restarts", a.here("max", "kubernetes_state.container.restarts", "pod_name")),
		share("Memory, share of the limit", a.here("max", "kubernetes.memory.working_set", "kube_deployment"),
			a.here("max", "kubernetes.memory.limits", "kube_deployment")),
		graph("CPU", a.here("sum", "kubernetes.cpu.usage.total", "kube_deployment")),
		share("CPU periods that were throttled", a.here("sum", "kubernetes.cpu.cfs.throttled.periods", "kube_deployment"),
			a.here("sum", "kubernetes.cpu.cfs.periods", "kube_deployment")),
	)
}

func (a Args) database() widget {
	list := []widget{
		graph("Servers that are ready", a.here("max", "kubernetes_state.statefulset.replicas_ready", "kube_stateful_set")),
		share("Volumes, share in use", a.here("max", "kubernetes.kubelet.volume.stats.used_bytes", "persistentvolumeclaim"),
			a.here("max", "kubernetes.kubelet.volume.stats.capacity_bytes", "persistentvolumeclaim")),
	}
	if a.MeasuresDatabase {
		list = append(list,
			graph("Connections", a.mine("sum", name(alerts.PostgresConnections), "datname")),
			graph("Deadlocks", a.mine("sum", name(alerts.PostgresDeadlocks), "datname")+".as_count()"),
		)
	}
	return section("Database", list...)
}

func (a Args) cost() widget {
	return section("Cost",
		ranking("Lines that are indexed, by status", "kube_namespace:"+a.Scope.Namespace, "status"),
		graph("Custom metrics of the organisation", "max:"+usage+"metrics.custom{*}"),
		graph("Ingested spans of the organisation, in bytes", "sum:"+usage+"apm.ingested_bytes{*}"),
	)
}

// here is a metric of the stack's namespace, mine one of its services.
func (a Args) here(space, metric, by string) string {
	return space + ":" + metric + "{kube_namespace:" + a.Scope.Namespace + ",kube_cluster_name:" + a.Scope.Cluster + "}" + grouped(by)
}

func (a Args) mine(space, metric, by string) string {
	return space + ":" + metric + "{env:" + a.Scope.Environment + ",kube_namespace:" + a.Scope.Namespace + "}" + grouped(by)
}

func grouped(by string) string {
	if by == "" {
		return ""
	}
	return " by {" + by + "}"
}
