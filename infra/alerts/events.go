package alerts

import (
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/dashboards"
)

// events watches what is sent to webhooks.
func events(t Target) []Alert { return []Alert{eventsUndelivered(t), eventsDead()} }

func maxEventAge() Limit {
	return Limit{
		Key: "eventAge", Unit: Seconds, Default: 900, Min: 60, Max: 86400,
		Meaning: "How long a change of an order may wait until a webhook's receiver accepts it.",
	}
}

// eventsUndelivered takes the maximum: every replica reads the same outbox.
func eventsUndelivered(t Target) Alert {
	return Alert{
		Name:        "EventsUndelivered",
		Severity:    Warning,
		For:         time.Minute,
		Limit:       maxEventAge(),
		Expr:        `max by (namespace, service, receiver) ($eventsOldest{$services}) > $limit`,
		Summary:     "{{ $labels.receiver }} does not accept events",
		Description: "A change of an order in {{ $labels.namespace }} has waited for {{ $value | humanizeDuration }} until {{ $labels.receiver }} accepts it.",
		Dashboard:   dashboards.Orders,
		Runbook: Runbook{
			Meaning: "A change of an order was not accepted by the webhook's receiver since. order-api sends it again after growing pauses, " +
				"up to an hour, for about two and a half days; then it becomes a dead letter.",
			Impact: "Orders are processed as ever. The system behind the webhook does not know of their changes. Nothing is lost, and the " +
				"changes of one order stay in their order.",
			Investigate: []Step{
				{Do: "How many, and which receiver?", Query: `max by (receiver) ($eventsPending{$services})`},
				{Do: "Does it accept anything?", Query: `sum by (receiver, outcome) (rate($eventAttempts{$services}[5m]))`},
				{Do: "What does it answer? Each attempt that failed is a line with the reason.",
					Run: `kubectl -n $NS logs -l app.kubernetes.io/name=order-api --since=1h --tail=-1 | grep "event not delivered" | tail -n 20`},
				{Do: "May order-api connect there? The policy follows from `webhooks` and its `networks`.",
					Run: "kubectl -n $NS get networkpolicy order-api -o yaml"},
			},
			Fix: []Step{
				{Do: "The receiver is down or refuses: have its operators fix it. The events follow by themselves, at the latest an hour later; " +
					"to send them at once, restart nothing: the pauses are in the database."},
				{Do: "It refuses the signature: compare its key with the secret `webhookKeys`. During a rotation both keys are in it, so that " +
					"the receiver may change when it likes."},
				{Do: "The receiver is gone for good: remove it from `webhooks` in `Pulumi.$STACK.yaml`, deploy, and discard what is left " +
					"for it at `/admin/events`."},
				{Do: "It was removed or renamed: nobody delivers what it had not accepted. Give it its name back, rename it once nothing " +
					"is pending, or discard what is left of the old name at `/admin/events`."},
			},
			Silence: "While the receiver is down on purpose.",
		},
		Datadog: ofReceivers(contract.MetricEventsPendingOldest, t.limit(maxEventAge())),
	}
}

// eventsDead fires until somebody has decided: a dead letter is not sent again by itself.
func eventsDead() Alert {
	return Alert{
		Name:        "EventsDead",
		Severity:    Warning,
		For:         time.Minute,
		Expr:        `max by (namespace, service, receiver) ($eventsDead{$services}) > 0`,
		Summary:     "Events for {{ $labels.receiver }} are dead letters",
		Description: "{{ $value }} changes of orders in {{ $labels.namespace }} are not sent to {{ $labels.receiver }} any more.",
		Dashboard:   dashboards.Orders,
		Runbook: Runbook{
			Meaning: "A webhook's receiver did not accept an event for about two and a half days, or answered 410 Gone. Neither that event " +
				"nor later ones of the same order are sent to it any more, until somebody decides.",
			Impact: "The system behind the webhook misses changes of those orders. All other orders' events are delivered.",
			Investigate: []Step{
				{Do: "Which orders, and why? The page `/admin/events` lists them with the reason of the last attempt; without a reason, an " +
					"event waits behind one that has one."},
				{Do: "Since when, and for how many receivers?", Query: `max by (receiver) ($eventsDead{$services})`},
			},
			Fix: []Step{
				{Do: "The cause is fixed: press \"Send again\" at `/admin/events`, for one order or for all of the receiver. The events keep " +
					"their ids, so that the receiver recognizes what it has seen."},
				{Do: "The receiver will never want them: press \"Discard\" there. That cannot be undone."},
			},
			Silence: "Until somebody has decided.",
		},
		Datadog: ofReceivers(contract.MetricEventsDead, 0),
	}
}

// ofReceivers is the condition in Datadog that a metric of a receiver has been above a limit for five minutes. Without
// webhooks, or with nothing left, there are no series.
func ofReceivers(metric string, limit float64) *Query {
	return &Query{
		Reduce: "min", Window: 5 * time.Minute,
		Metric:  Metric{Space: "max", Name: metric, Labels: []string{"receiver"}},
		By:      []string{"receiver"},
		Compare: ">", Critical: limit, NoData: NoDataIsFine,
	}
}
