package alerts

import (
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/dashboards"
)

// orders is about what the shop is for.
func orders(t Target) []Alert {
	return []Alert{ordersFailing(t), checkoutSlow(t), ordersPending(t), ordersSetAside(), stockExhausted()}
}

// ordersFailing is for itself because few requests place an order: among all the others they would drown.
func ordersFailing(t Target) Alert {
	return Alert{
		Name:     "OrdersFailing",
		Severity: Critical,
		For:      5 * time.Minute,
		Limit:    MaxErrors(),
		Expr: `
sum by (namespace, service) (rate($requests{$placing, status=~"5.."}[$rate]))
/
sum by (namespace, service) (rate($requests{$placing}[$rate]))
> $limit`,
		Summary:     "Orders fail",
		Description: "{{ $value | humanizePercentage }} of the orders that customers place in {{ $labels.namespace }} fail.",
		Dashboard:   dashboards.Orders,
		Inhibits:    []Inhibition{{Alerts: []string{"HighErrorRate"}, Equal: []string{"service"}}},
		Runbook: Runbook{
			Meaning: "For five minutes, more than one attempt in twenty to place an order was answered with a 5xx status. " +
				"Refusals that are the customer's to fix, such as too little stock, do not count.",
			Impact: "The shop loses sales. Nobody is charged for an order that failed: it is rejected or never written.",
			Investigate: []Step{
				{Do: "With which status? 503 means that order-api does not reach product-api, or its own store.",
					Query: `sum by (status) (rate($requests{$placing}[5m]))`},
				{Do: "How is product-api, which reserves the stock?",
					Query: `sum by (method, route, status) (rate($requests{$services, service="product-api", route=~"/internal/.*"}[5m]))`},
				{Do: "What does order-api say?",
					Run: `kubectl -n $NS logs -l app.kubernetes.io/name=order-api --since=10m --tail=-1 | grep -E '"status":"(error|warn)"' | tail -n 20`},
			},
			Fix: []Step{
				rollBack(),
				{Do: "product-api is down or fails: fix it, see [ServiceDown](ServiceDown.md). Orders that are pending are then resumed by themselves."},
				{Do: "The store is the trouble: see [DatabaseDown](DatabaseDown.md) and [VolumeAlmostFull](VolumeAlmostFull.md)."},
			},
			Silence: "Never for longer than it takes to fix it.",
		},
		Datadog: &Query{
			Reduce: "sum", Window: 5 * time.Minute,
			Metric: Metric{
				Space: "sum", Name: contract.MetricRequests, Count: true, Zero: true,
				Filter: []string{"service:" + contract.OrderAPI.Name, "method:post", "route:/api/orders", "status:5*"},
			},
			Of: &Metric{
				Space: "sum", Name: contract.MetricRequests, Count: true,
				Filter: []string{"service:" + contract.OrderAPI.Name, "method:post", "route:/api/orders"},
			},
			Compare: ">", Critical: 100 * t.limit(MaxErrors()), NoData: NoDataIsFine,
		},
	}
}

func maxCheckout() Limit {
	return Limit{
		Key: "checkout", Unit: Milliseconds, Default: 1000, Min: 1, Max: 9000,
		Meaning: "How many milliseconds 95 of 100 orders may take to be placed.",
	}
}

func checkoutSlow(t Target) Alert {
	return Alert{
		Name:        "CheckoutSlow",
		Severity:    Warning,
		For:         5 * time.Minute,
		Limit:       maxCheckout(),
		Expr:        `histogram_quantile(0.95, sum by (namespace, service, le) (rate($seconds_bucket{$placing}[$rate]))) > $limit`,
		Summary:     "Placing an order is slow",
		Description: "Of 100 orders that customers place in {{ $labels.namespace }}, 5 take longer than {{ $value | humanizeDuration }}.",
		Dashboard:   dashboards.Orders,
		Runbook: Runbook{
			Meaning: "For five minutes, the slowest twentieth of the orders took longer than the limit.",
			Impact:  "Customers wait at the checkout, where they give up most easily.",
			Investigate: []Step{
				{Do: "Does order-api wait for product-api? Compare the two.",
					Query: `histogram_quantile(0.95, sum by (service, route, le) (rate($seconds_bucket{$services, route=~"(/api)?/orders|/internal/.*"}[5m])))`},
				{Do: "Are there more orders than usual?", Query: `sum(rate($requests{$placing}[5m]))`},
				{Do: "Which pods are short of processor time?", Run: "kubectl -n $NS top pods"},
			},
			Fix: []Step{
				{Do: "product-api is the slow one: it is scaled by its load; see [HPAAtMax](HPAAtMax.md)."},
				resize("order-api is the slow one", "its `replicas`"),
				{Do: "Both wait for their stores: see [DatabaseConnectionsHigh](DatabaseConnectionsHigh.md)."},
			},
			Silence: "During a load test.",
		},
		Datadog: &Query{
			Reduce: "percentile", Window: 5 * time.Minute,
			Metric: Metric{
				Space: "p95", Name: contract.MetricRequestDuration,
				Filter: []string{"service:" + contract.OrderAPI.Name, "method:post", "route:/api/orders"},
			},
			Compare: ">", Critical: t.limit(maxCheckout()), NoData: NoDataIsFine,
		},
	}
}

func maxPending() Limit {
	return Limit{
		Key: "pending", Unit: Seconds, Default: 300, Min: 60, Max: 3600,
		Meaning: "How long an order may be pending.",
	}
}

// ordersPending takes the maximum: every replica reads the same store.
func ordersPending(t Target) Alert {
	return Alert{
		Name:        "OrdersPending",
		Severity:    Critical,
		For:         time.Minute,
		Limit:       maxPending(),
		Expr:        `max by (namespace, service) ($pendingOldest{$services}) > $limit`,
		Summary:     "Orders are stuck",
		Description: "An order in {{ $labels.namespace }} has been pending for {{ $value | humanizeDuration }}.",
		Dashboard:   dashboards.Orders,
		Runbook: Runbook{
			Meaning: "An order was accepted, but could neither be confirmed nor rejected since. order-api tries again all the time, so whatever hinders it goes on.",
			Impact: "Customers wait for the answer. Reserved stock goes back on sale ten minutes after it was reserved; an " +
				"order that is resumed later reserves it again, or is rejected if it is gone.",
			Investigate: []Step{
				{Do: "One order or many?", Query: `max($pending{$services})`},
				{Do: "Does product-api answer the reservations?",
					Query: `sum by (method, route, status) (rate($requests{$services, service="product-api", route=~"/internal/.*"}[5m]))`},
				{Do: "What does order-api say about resuming?",
					Run: `kubectl -n $NS logs -l app.kubernetes.io/name=order-api --since=15m --tail=-1 | grep -E '"status":"(error|warn)"' | tail -n 20`},
			},
			Fix: []Step{
				{Do: "product-api is down: fix it, see [ServiceDown](ServiceDown.md). The orders go on within seconds; nothing needs to be repeated by hand."},
				{Do: "product-api answers 401: the two services hold different reservation keys. Restart both so that they read the same one.",
					Run: "kubectl -n $NS rollout restart deployment/product-api deployment/order-api"},
				{Do: "product-api answers and order-api says nothing: restart it, it resumes whatever is pending.",
					Run: "kubectl -n $NS rollout restart deployment/order-api"},
			},
			Silence: "Only while the cause is being fixed.",
		},
		Datadog: &Query{
			Reduce: "min", Window: 5 * time.Minute,
			Metric:  Metric{Space: "max", Name: contract.MetricOrdersPendingOldest},
			Compare: ">", Critical: t.limit(maxPending()), NoData: NoDataIsFine,
		},
	}
}

// stockExhausted waits half an hour: a product that sells out is good news, one that nobody restocks is not.
func stockExhausted() Alert {
	return Alert{
		Name:        "StockExhausted",
		Severity:    Info,
		For:         30 * time.Minute,
		Expr:        `max by (namespace, product) ($stock{$services}) == 0`,
		Summary:     "Product {{ $labels.product }} is sold out",
		Description: "Product {{ $labels.product }} in {{ $labels.namespace }} has been out of stock for half an hour.",
		Dashboard:   dashboards.Orders,
		Runbook: Runbook{
			Meaning: "A product has had no stock for half an hour.",
			Impact:  "Customers see it as out of stock and cannot order it. Everything else works.",
			Investigate: []Step{
				{Do: "What else is about to run out?", Query: `sort(max by (product) ($stock{$services}))`},
				{Do: "How fast did it sell? A cliff may be one very large order.",
					Query: `max by (product) ($stock{$services, product="$PRODUCT"})`},
			},
			Fix: []Step{
				{Do: "Restock it, with the admin API key.",
					Run: `kubectl -n $NS port-forward service/product-api-service 5003 &
KEY=$(kubectl -n $NS get secret -o name | grep admin-api-key | tail -n 1 | xargs kubectl -n $NS get -o go-template='{{range .data}}{{.|base64decode}}{{end}}' | cut -d, -f1)
curl -sS -X PATCH localhost:5003/api/products/$PRODUCT -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d '{"stock": 50}'`},
			},
			Silence: "For a product that will not come back, for as long as it is listed.",
		},
		Datadog: &Query{
			Reduce: "max", Window: 30 * time.Minute,
			Metric:  Metric{Space: "max", Name: contract.MetricProductStock},
			By:      []string{"product"},
			Compare: "<=", Critical: 0, NoData: NoDataIsFine,
		},
	}
}
