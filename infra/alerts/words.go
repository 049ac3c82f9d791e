package alerts

import (
	"strconv"
	"strings"
	"time"

	"github.com/techcommerce/platform/apps/contract"
)

// promql puts into an expression what others define, so that no rule repeats it: $requests and its like are metrics of
// the services, $namespace and its like are names in the stack.
func (t Target) promql(expr string) string { return t.words().Replace(strings.TrimSpace(expr)) }

// runbook does the same for a runbook's commands and queries.
func (t Target) runbook(r Runbook) Runbook {
	r.Look, r.Mend = t.steps(r.Look), t.steps(r.Mend)
	return r
}

func (t Target) steps(list []Step) []Step {
	var complete []Step
	for _, step := range list {
		step.Run, step.Query = t.promql(step.Run), t.promql(step.Query)
		complete = append(complete, step)
	}
	return complete
}

// words lists longer words before those that they begin with. $traffic leaves out what the kubelet asks: it would hide
// every error behind a thousand good answers, and a draining pod is not ready by design.
func (t Target) words() *strings.Replacer {
	ours := `job="` + JobServices + `", namespace="` + t.Namespace + `"`
	return strings.NewReplacer(
		"$requests", contract.MetricRequests,
		"$seconds", contract.MetricRequestDuration,
		"$orders", contract.MetricOrders,
		"$pendingOldest", contract.MetricOrdersPendingOldest,
		"$pending", contract.MetricOrdersPending,
		"$stock", contract.MetricProductStock,

		"$namespaces", t.Namespace+"|"+t.Monitoring,
		"$namespace", t.Namespace,
		"$monitoring", t.Monitoring,
		"$database", t.Database,
		"$backup", t.Backup,
		"$host", t.Host,

		"$services", ours,
		"$traffic", ours+`, route!~"`+contract.HealthPath+`|`+contract.ReadyPath+`"`,
		"$placing", ours+`, service="`+contract.OrderAPI.Name+`", method="POST", route=~"(/api)?/orders"`,
		"$browsing", ours+`, service="`+contract.ProductAPI.Name+`", method="GET", route=~"(/api)?/products(/[{]id[}])?"`,
		"$fast", bucket(t.Promises.Fast),
		"$disks", `job="`+JobNodeExporter+`", mountpoint!~"/boot.*", fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|nsfs|nfs.*|fuse.*"`,
	)
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
