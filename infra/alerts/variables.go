package alerts

import (
	"strconv"
	"strings"
	"time"

	"github.com/techcommerce/platform/apps/contract"
)

// promql puts into an expression what others define, so that no rule repeats it: $requests and its like are metrics of
// the services, $namespace and its like are names in the stack.
func (v variables) promql(expr string) string { return v.Replace(strings.TrimSpace(expr)) }

// runbook does the same for a runbook's commands and queries.
func (v variables) runbook(r Runbook) Runbook {
	r.Investigate, r.Fix = v.steps(r.Investigate), v.steps(r.Fix)
	return r
}

func (v variables) steps(list []Step) []Step {
	var complete []Step
	for _, step := range list {
		step.Run, step.Query = v.promql(step.Run), v.promql(step.Query)
		complete = append(complete, step)
	}
	return complete
}

// variables stand in expressions and commands for what others define. To make them costs more than to use them.
type variables struct{ *strings.Replacer }

// variables lists longer ones before those that they begin with. $traffic leaves out what the kubelet asks: it would hide
// every error behind a thousand good answers, and a draining pod is not ready by design.
func (t Target) variables() variables {
	ours := `job="` + JobServices + `", namespace="` + t.Namespace + `"`
	return variables{strings.NewReplacer(
		"$requests", contract.MetricRequests,
		"$seconds", contract.MetricRequestDuration,
		"$orders", contract.MetricOrders,
		"$pendingOldest", contract.MetricOrdersPendingOldest,
		"$pending", contract.MetricOrdersPending,
		"$differences", "order_reconciliation_differences",
		"$reconciled", "order_reconciliation_last_success_timestamp_seconds",
		"$setAside", "orders_set_aside_total",
		"$eventsOldest", contract.MetricEventsPendingOldest,
		"$eventsPending", contract.MetricEventsPending,
		"$eventsDead", contract.MetricEventsDead,
		"$eventAttempts", contract.MetricEventAttempts,
		"$stock", contract.MetricProductStock,

		"$namespaces", t.namespaces(),
		"$namespace", t.Namespace,
		"$monitoring", t.Monitoring,
		"$nodeAgents", t.Nodes,
		"$database", t.Database,
		"$backup", t.Backup,
		"$host", t.Host,

		"$services", ours,
		"$traffic", ours+`, route!~"`+contract.HealthPath+`|`+contract.ReadyPath+`"`,
		"$placing", ours+`, service="`+contract.OrderAPI.Name+`", method="POST", route=~"(/api)?/orders"`,
		"$browsing", ours+`, service="`+contract.ProductAPI.Name+`", method="GET", route=~"(/api)?/products(/[{]id[}])?"`,
		"$rate", Duration(t.rateWindow()).String(),
		"$fast", bucket(t.Objectives.Fast),
		"$disks", `job="`+JobNodeExporter+`", mountpoint!~"/boot.*", fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|nsfs|nfs.*|fuse.*"`,
	)}
}

// rateWindow is over what rates are computed: two minutes, or four scrapes where those take longer. A rate needs two
// samples, and one that is late or lost must not make a hole in it.
func (t Target) rateWindow() time.Duration { return max(2*time.Minute, 4*t.Interval) }

// namespaces is a regular expression for all that the stack consists of.
func (t Target) namespaces() string {
	var list []string
	for _, namespace := range []string{t.Namespace, t.Monitoring, t.Nodes} {
		if namespace != "" {
			list = append(list, namespace)
		}
	}
	return strings.Join(list, "|")
}

// number writes a threshold as PromQL and Datadog both read it.
func number(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

// bucket selects the requests that were answered in time. Prometheus writes whole seconds with a decimal point, whatever
// the services wrote.
func bucket(limit time.Duration) string {
	seconds := number(limit.Seconds())
	if limit%time.Second == 0 {
		return `le=~"` + seconds + `([.]0)?"`
	}
	return `le="` + seconds + `"`
}

// names is a regular expression for the services, in the order of the contract.
func names(services []contract.Service) string {
	var list []string
	for _, service := range services {
		list = append(list, service.Name)
	}
	return strings.Join(list, "|")
}
