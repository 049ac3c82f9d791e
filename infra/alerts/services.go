package alerts

import (
	"strings"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/dashboards"
)

// recordServices are what both alerts and dashboards show of a service. The window $rate is short enough that an alert
// that waits for five minutes does not fire for a fault that was over after three.
func recordServices(Target) []Rule {
	return []Rule{
		{Record: "service:http_requests:rate", Expr: `sum by (namespace, service) (rate($requests{$traffic}[$rate]))`},
		{Record: "service:http_errors:rate", Expr: `
sum by (namespace, service) (rate($requests{$traffic, status=~"5.."}[$rate]))
or
0 * service:http_requests:rate`},
		{Record: "service:http_errors:ratio_rate", Expr: `service:http_errors:rate / service:http_requests:rate`},
		{Record: "service:http_request_duration_seconds:p95_rate", Expr: `
histogram_quantile(0.95, sum by (namespace, service, le) (rate($seconds_bucket{$traffic}[$rate])))`},
	}
}

// services is about what the shop's services do for their clients.
func services(t Target) []Alert {
	return []Alert{serviceDown(), highErrorRate(t), highResponseTime(t), requestsShed(t)}
}

// serviceDown also fires when a service has no target at all: absent says so for each of them.
func serviceDown() Alert {
	down := []string{
		`max by (namespace, service) (up{$services}) == 0`,
		`max by (namespace, service) (label_replace(
  kube_deployment_status_replicas_available{namespace="$namespace", deployment=~"` + names(contract.Services()) + `"},
  "service", "$1", "deployment", "(.+)"
)) == 0`,
	}
	for _, service := range contract.Services() {
		down = append(down, `max by (namespace, service) (absent(up{$services, service="`+service.Name+`"}))`)
	}
	return Alert{
		Name:        "ServiceDown",
		Severity:    Critical,
		For:         2 * time.Minute,
		Expr:        strings.Join(down, "\nor\n"),
		Summary:     "{{ $labels.service }} is down",
		Description: "No pod of {{ $labels.service }} in {{ $labels.namespace }} has served for two minutes.",
		Dashboard:   dashboards.Service,
		Inhibits: []Inhibition{
			{Alerts: []string{"HighErrorRate", "HighAPIResponseTime", "OrdersFailing", "CheckoutSlow", "ShopUnreachable"}, Equal: []string{"service"}},
		},
		Runbook: Runbook{
			Meaning: "Either no pod of the service is ready, or Prometheus reaches none of them.",
			Impact: "Without frontend there is no shop. Without product-api there are no products and no new orders. " +
				"Without order-api customers can look but not buy. Orders that were accepted are safe: they are resumed.",
			Investigate: []Step{
				{Do: "Are there pods, and why are they not ready?",
					Run: "kubectl -n $NS get pods -l app.kubernetes.io/name=$SERVICE\n" +
						"kubectl -n $NS describe pods -l app.kubernetes.io/name=$SERVICE | tail -n 40"},
				{Do: "What did they say last? `--previous` shows the container that crashed.",
					Run: "kubectl -n $NS logs deployment/$SERVICE --all-containers --tail=50\n" +
						"kubectl -n $NS logs deployment/$SERVICE --all-containers --tail=50 --previous"},
				{Do: "Did it begin with a release?", Run: "kubectl -n $NS rollout history deployment/$SERVICE"},
				{Do: "Pods that are ready but not scraped mean that the service works and only monitoring is cut off.",
					Query: `up{$services}`},
			},
			Fix: []Step{
				rollBack(),
				{Do: "The pods cannot reach their database (the readiness probe says so): fix that first, see " +
					"[DatabaseDown](DatabaseDown.md). They become ready by themselves."},
				{Do: "The pods are stuck without a reason that you can see: start them anew.",
					Run: "kubectl -n $NS rollout restart deployment/$SERVICE"},
				revert("Somebody scaled it to nothing"),
			},
			Silence: "Only while you take the service down on purpose.",
		},
		Datadog: &Query{
			Reduce: "max", Window: 5 * time.Minute,
			Metric: Metric{Space: "max", Name: "kubernetes_state.deployment.replicas_available"}, Each: "kube_deployment",
			Compare: "<", Critical: 1, NoData: NoDataNotifies,
		},
	}
}

// MaxErrors is for Datadog's own monitors, too.
func MaxErrors() Limit {
	return Limit{
		Key: "errors", Unit: Percent, Default: 5,
		Meaning: "The share of a service's requests, and of the orders, that may fail.",
	}
}

func highErrorRate(t Target) Alert {
	return Alert{
		Name:     "HighErrorRate",
		Severity: Critical,
		For:      5 * time.Minute,
		Limit:    MaxErrors(),
		Expr:     `service:http_errors:ratio_rate{namespace="$namespace"} > $limit`,
		Summary:  "{{ $labels.service }} fails",
		Description: "{{ $value | humanizePercentage }} of the requests to {{ $labels.service }} in " +
			"{{ $labels.namespace }} are answered with 5xx.",
		Dashboard: dashboards.Service,
		Runbook: Runbook{
			Meaning: "For five minutes, more requests than the stack allows (5 % unless it says otherwise) were answered with a 5xx status. Probes do not count.",
			Impact:  "Customers see errors, or pages that lack products or orders.",
			Investigate: []Step{
				{Do: "Which route fails, and with which status? 503 means that something behind the service is missing, 500 a fault of its own.",
					Query: `sum by (service, method, route, status) (rate($requests{$traffic, status=~"5.."}[5m])) > 0`},
				{Do: "What do the log lines of failed requests say?",
					Run: `kubectl -n $NS logs -l app.kubernetes.io/name=$SERVICE --since=10m --tail=-1 | grep '"status":"error"' | tail -n 20`},
				{Do: "Does another service fail first? Errors travel from product-api to order-api to frontend.",
					Query: `service:http_errors:ratio_rate{namespace="$namespace"}`},
				{Do: "Is it one pod or all of them?",
					Query: `sum by (pod) (rate($requests{$traffic, status=~"5.."}[5m])) > 0`},
			},
			Fix: []Step{
				rollBack(),
				{Do: "It is one pod: delete it, another takes its place.", Run: "kubectl -n $NS delete pod $POD"},
				{Do: "The statuses are 503 because the service refuses requests to protect itself: see [RequestsShed](RequestsShed.md)."},
				{Do: "The log speaks of the store: see [DatabaseDown](DatabaseDown.md) and [VolumeAlmostFull](VolumeAlmostFull.md)."},
			},
			Silence: "While a known fault is being fixed, for an hour at most.",
		},
		Datadog: &Query{
			Reduce: "sum", Window: 5 * time.Minute,
			Metric:  Metric{Space: "sum", Name: contract.MetricRequests, Filter: []string{"status:5*"}, Count: true, Zero: true},
			Of:      &Metric{Space: "sum", Name: contract.MetricRequests, Count: true},
			By:      []string{"service"},
			Compare: ">", Critical: 100 * t.limit(MaxErrors()), Warning: new(40 * t.limit(MaxErrors())), NoData: NoDataIsFine,
		},
	}
}

func maxLatency() Limit {
	return Limit{
		Key: "latency", Unit: Milliseconds, Default: 2000, Min: 1, Max: 9000,
		Meaning: "How many milliseconds 95 of 100 requests to a service may take.",
	}
}

func highResponseTime(t Target) Alert {
	return Alert{
		Name:        "HighAPIResponseTime",
		Severity:    Warning,
		For:         5 * time.Minute,
		Limit:       maxLatency(),
		Expr:        `service:http_request_duration_seconds:p95_rate{namespace="$namespace"} > $limit`,
		Summary:     "{{ $labels.service }} is slow",
		Description: "Of 100 requests to {{ $labels.service }} in {{ $labels.namespace }}, 5 take longer than {{ $value | humanizeDuration }}.",
		Dashboard:   dashboards.Service,
		Inhibits:    []Inhibition{{Alerts: []string{"CheckoutSlow"}, Equal: []string{"service"}}},
		Runbook: Runbook{
			Meaning: "For five minutes, the slowest twentieth of the service's requests took longer than the limit.",
			Impact:  "Customers wait, and some give up. What calls the service may run into its own time limits.",
			Investigate: []Step{
				{Do: "Which route is slow?",
					Query: `histogram_quantile(0.95, sum by (service, route, le) (rate($seconds_bucket{$traffic}[5m])))`},
				{Do: "Do its pods get the processor time that they ask for? More than a quarter of all periods is a lot.",
					Query: `sum by (pod) (rate(container_cpu_cfs_throttled_periods_total{namespace="$namespace", container!=""}[5m]))
/
sum by (pod) (rate(container_cpu_cfs_periods_total{namespace="$namespace", container!=""}[5m]))`},
				{Do: "Are there more requests than usual? Compare with the same hour of yesterday.",
					Query: `service:http_requests:rate{namespace="$namespace"} / (service:http_requests:rate{namespace="$namespace"} offset 1d)`},
				{Do: "Is the node itself busy?", Run: "kubectl top nodes\nkubectl -n $NS top pods"},
			},
			Fix: []Step{
				rollBack(),
				resize("It is throttled, or there is simply more load", "`cpu.limit` or the number of pods"),
				{Do: "An autoscaler owns it and is at its maximum: see [HPAAtMax](HPAAtMax.md)."},
				{Do: "All routes that read the store are slow: look at the database's page, [DatabaseConnectionsHigh](DatabaseConnectionsHigh.md)."},
			},
			Silence: "During a load test.",
		},
		Datadog: &Query{
			Reduce: "percentile", Window: 5 * time.Minute,
			Metric:  Metric{Space: "p95", Name: contract.MetricRequestDuration},
			By:      []string{"service"},
			Compare: ">", Critical: t.limit(maxLatency()), Warning: new(t.limit(maxLatency()) / 2), NoData: NoDataIsFine,
		},
	}
}

func maxShed() Limit {
	return Limit{
		Key: "shed", Unit: Percent, Default: 1,
		Meaning: "The share of a service's requests that it may refuse because of overload.",
	}
}

// requestsShed leaves out what a service refuses to a client that sends too much: that hurts nobody else. It is a warning:
// where so many customers are refused that they notice, HighErrorRate pages.
func requestsShed(t Target) Alert {
	return Alert{
		Name:     "RequestsShed",
		Severity: Warning,
		For:      5 * time.Minute,
		Limit:    maxShed(),
		Expr: `
sum by (namespace, service) (rate(` + contract.MetricRequestsShed + `{$services, reason!="` + contract.ShedClient + `"}[$rate]))
/
service:http_requests:rate{namespace="$namespace"}
> $limit`,
		Summary:     "{{ $labels.service }} refuses requests because of overload",
		Description: "{{ $value | humanizePercentage }} of the requests to {{ $labels.service }} in {{ $labels.namespace }} are refused because of overload.",
		Dashboard:   dashboards.Service,
		Runbook: Runbook{
			Meaning: "For five minutes, the service answered more requests than the stack allows (1 % unless it says otherwise) with 503 to " +
				"protect itself from overload. Requests of a single client that exceeds its own limit do not count.",
			Impact: "Some customers see an error and have to try again. Orders that were accepted are not affected.",
			Investigate: []Step{
				{Do: "Which routes, and why? `places`: it works on as many requests as `maxConnections` allows. `bodies`: request bodies " +
					"that are being received use all the memory set aside for them. `backend`: too many requests wait for the service behind this one.",
					Query: `sum by (service, route, reason) (rate(` + contract.MetricRequestsShed + `{$services}[5m])) > 0`},
				{Do: "Is there more traffic than usual, or does each request take longer?",
					Query: `service:http_requests:rate{namespace="$namespace"} / (service:http_requests:rate{namespace="$namespace"} offset 1d)`},
				{Do: "Do the pods have enough processor time?", Run: "kubectl -n $NS top pods\nkubectl -n $NS get hpa"},
				{Do: "Does one address send most of it?",
					Run: `kubectl -n $NS logs -l app.kubernetes.io/name=$SERVICE --since=5m --tail=-1 | grep '"shed":' | tail -n 20`},
			},
			Fix: []Step{
				rollBack(),
				resize("There is more traffic than the pods can serve", "the number of pods, or `maxConnections` if they have processor time to spare,"),
				{Do: "An autoscaler owns the service and is at its maximum: see [HPAAtMax](HPAAtMax.md)."},
				{Do: "The reason is `backend`: investigate the service behind it, [HighAPIResponseTime](HighAPIResponseTime.md)."},
				{Do: "It is an attack: block its addresses at the Ingress or the load balancer."},
			},
			Silence: "During a load test.",
		},
		Datadog: &Query{
			Reduce: "sum", Window: 5 * time.Minute,
			Metric: Metric{
				Space: "sum", Name: contract.MetricRequestsShed, Filter: []string{"!reason:" + contract.ShedClient}, Count: true, Zero: true,
				Labels: []string{"route", "reason"},
			},
			Of:      &Metric{Space: "sum", Name: contract.MetricRequests, Count: true},
			By:      []string{"service"},
			Compare: ">", Critical: 100 * t.limit(maxShed()), NoData: NoDataIsFine,
		},
	}
}
