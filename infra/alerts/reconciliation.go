package alerts

import (
	"time"

	"github.com/techcommerce/platform/infra/dashboards"
)

// reconciliation is about the comparison of orders with the stock that they reserved: two services, each with a database
// of its own, that must say the same.
func reconciliation(Target) []Alert {
	return []Alert{reconciliationDifferences(), reconciliationStale()}
}

// reconciliationDifferences asks the replica that compared last: each shows what it found itself.
func reconciliationDifferences() Alert {
	return Alert{
		Name:     "ReconciliationDifferences",
		Severity: Warning,
		For:      15 * time.Minute,
		Expr: `
max by (namespace, service, kind) (
  $differences{$services}
  and on (namespace, pod) (
    $reconciled{$services} == on (namespace) group_left max by (namespace) ($reconciled{$services})
  )
) > 0`,
		Summary:     "Orders and stock differ",
		Description: "{{ $value }} orders of {{ $labels.namespace }} differ from the stock that they reserved: {{ $labels.kind }}.",
		Dashboard:   dashboards.Orders,
		Runbook: Runbook{
			Meaning: "order-api and product-api do not agree on which orders hold stock, and the difference outlived three comparisons. " +
				"What only one side can be wrong about was repaired by itself and does not count.",
			Impact: "`order_without_reservation`: an order was accepted and its stock may be sold twice. `reservation_without_order`: " +
				"stock is held that nobody ordered. `quantities_differ`: one of the two is wrong about how much.",
			Investigate: []Step{
				{Do: "How many, and of which kind?", Query: `max by (kind) ($differences{$services})`},
				{Do: "Which orders? A line names each, with its order and its reservation.",
					Run: `kubectl -n $NS logs -l app.kubernetes.io/name=order-api --since=15m --tail=-1 | grep -i reconcil | tail -n 20`},
				{Do: "Was one of the two databases restored from a backup? Then the other is ahead of it.",
					Run: "kubectl -n $NS get jobs,pods --sort-by=.metadata.creationTimestamp"},
			},
			Fix: []Step{
				rollBack(),
				{Do: "A database was restored: decide for each kind what is right, see \"Reconciliation\" in " +
					"[operations](../operations.md), and let order-api repair it with the admin API key."},
				{Do: "No restore and no release: this is a fault of the services. File it with the lines of the log; the repair can wait " +
					"until it is understood."},
			},
			Silence: "While the differences of a restore are worked through.",
		},
	}
}

// reconciliationStale is six comparisons late. A replica that never compared says 0, which counts only if all do.
func reconciliationStale() Alert {
	return Alert{
		Name:        "ReconciliationStale",
		Severity:    Warning,
		For:         15 * time.Minute,
		Expr:        `time() - max by (namespace, service) ($reconciled{$services}) > 1800`,
		Summary:     "Orders and stock are no longer compared",
		Description: "order-api in {{ $labels.namespace }} last compared its orders with the stock {{ $value | humanizeDuration }} ago.",
		Dashboard:   dashboards.Orders,
		Runbook: Runbook{
			Meaning: "The comparison of orders with reservations has not succeeded for half an hour; it is due every five minutes.",
			Impact:  "None by itself. Differences go unnoticed, and what is repaired by itself is not.",
			Investigate: []Step{
				{Do: "What does order-api say?",
					Run: `kubectl -n $NS logs -l app.kubernetes.io/name=order-api --since=30m --tail=-1 | grep -i reconcil | tail -n 20`},
				{Do: "Does product-api answer it?",
					Query: `sum by (route, status) (rate($requests{$services, service="product-api", route=~"/internal/.*"}[5m]))`},
			},
			Fix: []Step{
				rollBack(),
				{Do: "product-api is down or slow: see [ServiceDown](ServiceDown.md) and [HighAPIResponseTime](HighAPIResponseTime.md)."},
				{Do: "It hangs without a reason that the log names: restart it. A restart is no change of the declaration.",
					Run: "kubectl -n $NS rollout restart deployment/order-api"},
			},
			Silence: "While product-api is taken down on purpose.",
		},
	}
}

// ordersSetAside goes by an hour: each is counted once.
func ordersSetAside() Alert {
	return Alert{
		Name:        "OrdersSetAside",
		Severity:    Warning,
		Expr:        `sum by (namespace, service) (increase($setAside{$services}[1h])) > 0`,
		Summary:     "A pending order cannot be read",
		Description: "order-api in {{ $labels.namespace }} set a pending order aside within the last hour, because its record cannot be read.",
		Dashboard:   dashboards.Orders,
		Runbook: Runbook{
			Meaning: "The record of a pending order is damaged, or was written by a release that this one does not understand. The order " +
				"is left alone, so that the others go on.",
			Impact: "One customer's order is neither confirmed nor rejected. All others are served.",
			Investigate: []Step{
				{Do: "Which order, and what is wrong with it?",
					Run: `kubectl -n $NS logs -l app.kubernetes.io/name=order-api --since=2h --tail=-1 | grep -i "set aside" | tail -n 20`},
				{Do: "Do two releases run side by side?", Run: "kubectl -n $NS get pods -l app.kubernetes.io/name=order-api -L app.kubernetes.io/version"},
			},
			Fix: []Step{
				rollBack(),
				{Do: "The record itself is damaged: keep it, correct it in the database with what the customer says, and start order-api anew: " +
					"it takes the order up again.",
					Run: "kubectl -n $NS rollout restart deployment/order-api"},
			},
			Silence: "Until the order is settled.",
		},
	}
}
