package datadog

import (
	"fmt"
	"strings"

	"github.com/techcommerce/platform/infra/datadog/discovery"
	"github.com/techcommerce/platform/infra/datadog/spec"
)

// Names of monitors that others refer to.
const (
	errorLogs  = "ErrorLogs-"
	callsFail  = "CallsFail-"
	burnsFast  = "OrdersBurnFast"
	burnsSlow  = "OrdersBurnSlow"
	incomplete = "DeploymentShortOfReplicas"
)

// calls is what the agent calls the spans of requests that a service sends.
const calls = "trace.http.client.request"

// own are the monitors that Prometheus has no alert for: of logs, of calls between services, of the agent.
func (a Args) own() []planned {
	var list []planned
	for _, service := range a.Services {
		list = append(list, a.errorLogs(service.Name))
		if service.Calls {
			list = append(list, a.callsFail(service.Name))
		}
	}
	list = append(list, a.serverErrors(), a.checkoutBlocked(), a.imageMissing())
	if a.WatchesAgent {
		list = append(list, a.agentDown())
	}
	if a.Limits.LogLines > 0 {
		list = append(list, a.logVolume())
	}
	return list
}

// logged is a monitor of log lines. A line more or less is no alarm, so silence is zero.
func (a Args) logged(name, service, search, window string, limit int, t text) planned {
	t.logs = search
	critical, warning := a.limits(name, float64(limit), spec.At(float64(limit/2)))
	query := fmt.Sprintf(`logs("%s").index("*").rollup("count").last("%s") > %s`, search, window, spec.Number(critical))
	m := spec.Monitor{
		Name: name, Type: spec.Log, Query: query, Priority: 3, TimeoutHours: 1, NoData: spec.NoData{On: "default"},
		Thresholds: spec.Thresholds{Critical: &critical, Warning: warning},
	}
	m.Message = a.message(t, m)
	return planned{name: name, monitor: m, service: service}
}

func (a Args) errorLogs(service string) planned {
	return a.logged(errorLogs+service, service,
		"service:"+service+" status:error kube_namespace:"+a.Scope.Namespace, "5m", a.Limits.ErrorLogs, text{
			summary: service + " logs errors", about: "{{value}} lines in 5 min",
			meaning: "An error line has a cause that the service could not handle, in error.message.",
			runbook: "HighErrorRate.md",
		})
}

// serverErrors looks at what customers got, whichever service is to blame.
func (a Args) serverErrors() planned {
	return a.logged("ServerErrors-"+a.Entry, a.Entry,
		"service:"+a.Entry+" @http.status_code:[500 TO 599] kube_namespace:"+a.Scope.Namespace, "5m",
		a.Limits.ServerErrors, text{
			summary: "Customers get server errors", about: "{{value}} answers with 5xx in 5 min",
			runbook: "HighErrorRate.md",
		})
}

// logVolume is about money, so it looks at every line.
func (a Args) logVolume() planned {
	p := a.logged("LogVolume", everything, "kube_namespace:"+a.Scope.Namespace, "1h", a.Limits.LogLines, text{
		summary: "The stack logs more than was meant", about: "{{value}} lines in an hour",
		meaning: "Indexed lines are paid for. Look for the service with most of them, and at its log level.",
	})
	p.monitor.Priority = 4
	return p
}

// callsFail looks at the caller's side: a service that is not reached counts no request and no error of its own.
func (a Args) callsFail(service string) planned {
	filter := "{env:" + a.Scope.Environment + ",service:" + service + "}.as_count()"
	critical, warning := a.limits(callsFail+service, a.Limits.CallErrors, nil)
	m := spec.Monitor{
		Name: callsFail + service, Type: spec.Metric, Priority: 3, NoData: spec.NoData{On: "default"},
		Query: "sum(last_5m):default_zero(sum:" + calls + ".errors" + filter + ") / sum:" + calls + ".hits" + filter +
			" * 100 > " + spec.Number(critical),
		Thresholds: spec.Thresholds{Critical: &critical, Warning: warning},
	}
	m.Message = a.message(text{
		summary: service + " does not reach the services that it calls", about: "{{value}} % of the calls fail",
		impact: "The page shows less, or orders wait.", runbook: "ServiceDown.md",
	}, m)
	return planned{name: m.Name, monitor: m, service: service}
}

// checkoutBlocked joins two signs to the one sentence that explains both.
func (a Args) checkoutBlocked() planned {
	m := spec.Monitor{Name: "CheckoutBlocked", Type: spec.Composite, Priority: 2}
	m.Message = a.message(text{
		summary: "Orders fail because " + a.Catalogue + " is not reached", about: "see its two monitors",
		impact: "Nobody can buy.", runbook: "OrdersFailing.md",
	}, m)
	return planned{
		name: m.Name, monitor: m, service: a.Orders, of: []string{errorLogs + a.Orders, callsFail + a.Orders},
		query: func(ids []string) string { return strings.Join(ids, " && ") },
	}
}

// imageMissing says why a release does not get on, sooner than its missing replicas do.
func (a Args) imageMissing() planned {
	critical, warning := a.limits("ImageMissing", 1, nil)
	m := spec.Monitor{
		Name: "ImageMissing", Type: spec.Metric, Priority: 3, NewGroupDelay: podDelay,
		Query: "max(last_5m):default_zero(sum:kubernetes_state.container.status_report.count.waiting{kube_namespace:" +
			a.Scope.Namespace + ",kube_cluster_name:" + a.Scope.Cluster + ",reason:imagepullbackoff} by {pod_name}) >= " + spec.Number(critical),
		Thresholds: spec.Thresholds{Critical: &critical, Warning: warning}, NoData: spec.NoData{On: "default"},
	}
	m.Message = a.message(text{
		summary: "An image of {{pod_name.name}} cannot be pulled", about: "{{value}} of its containers wait",
		meaning: "There is no such image, or the cluster has no access to it.", runbook: "PodNotReady.md",
	}, m)
	return planned{name: m.Name, monitor: m, service: everything}
}

// agentDown is the monitor behind all others: without agents they are silent.
func (a Args) agentDown() planned {
	one := spec.At(1)
	m := spec.Monitor{
		Name: "AgentDown", Type: spec.ServiceCheck, Priority: 2, NoData: spec.NoData{Notify: true, Minutes: 10},
		Query:      `"datadog.agent.up".over("kube_cluster_name:` + a.Scope.Cluster + `").by("host").last(2).count_by_status()`,
		Thresholds: spec.Thresholds{Critical: one, Warning: one, OK: one},
	}
	m.Message = a.message(text{
		summary: "No agent on {{host.name}}", about: "{{check_message}}",
		impact: "Datadog sees nothing of that node: its other monitors are silent, not content.",
	}, m)
	return planned{name: m.Name, monitor: m, service: everything}
}

// burns watches how fast the orders' budget goes: 14.4 times as fast uses up 2 % of a month in an hour.
func (a Args) burns(name, long, short string, rate float64, priority int) planned {
	rate, warning := a.limits(name, rate, nil)
	m := spec.Monitor{
		Name: name, Type: spec.Burn, Priority: priority, Thresholds: spec.Thresholds{Critical: &rate, Warning: warning},
	}
	m.Message = a.message(text{
		summary: "Orders fail more often than was promised", about: "{{value}} times as often, over " + long,
		meaning: "The month's budget for errors will not last.", runbook: "HighErrorRate.md",
	}, m)
	return planned{
		name: name, monitor: m, service: a.Orders, objective: ordersObjective,
		query: func(ids []string) string {
			return fmt.Sprintf(`burn_rate("%s").over("%s").long_window("%s").short_window("%s") > %s`,
				ids[0], period, long, short, spec.Number(rate))
		},
	}
}

// hits are requests that a service answered, failures those that it answered with an error.
func (a Args) hits(service string) string {
	return "sum:" + discovery.Requests + ".hits{env:" + a.Scope.Environment + ",service:" + service + "}.as_count()"
}

func (a Args) failures(service string) string {
	return "sum:" + discovery.Requests + ".errors{env:" + a.Scope.Environment + ",service:" + service + "}.as_count()"
}

// slowest is a percentile of the seconds that a service's requests take.
func (a Args) slowest(service, percentile string) string {
	return percentile + ":" + discovery.Requests + "{env:" + a.Scope.Environment + ",service:" + service + "}"
}
