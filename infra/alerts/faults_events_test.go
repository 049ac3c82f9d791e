package alerts_test

import "time"

// ofReceiver is a metric of a replica of order-api about a webhook's receiver.
func ofReceiver(metric, pod, receiver string) string {
	return metric + `{job="services", namespace="shop", service="order-api", pod="` + pod + `", receiver="` + receiver + `"}`
}

func eventFaults() []firing {
	labels := map[string]string{"severity": "warning", "namespace": "shop", "service": "order-api", "receiver": "books"}
	return []firing{
		{
			name: "a receiver that accepts nothing", alert: "EventsUndelivered", step: time.Minute,
			series: series{
				ofReceiver("order_events_pending_oldest_seconds", "a", "books"): "0+60x60",
				ofReceiver("order_events_pending_oldest_seconds", "b", "books"): "0+60x60",
				ofReceiver("order_events_pending_oldest_seconds", "a", "mail"):  "0x60",
			}, since: 16 * time.Minute,
			labels: labels, summary: "books does not accept events",
			description: "A change of an order in shop has waited for 18m 0s until books accepts it.",
		},
		{
			name: "dead letters that nobody has looked at", alert: "EventsDead",
			series: series{
				ofReceiver("order_events_dead", "a", "books"): "0x8 3x60",
				ofReceiver("order_events_dead", "b", "books"): "0x8 3x60",
			}, since: 135 * time.Second,
			labels: labels, summary: "Events for books are dead letters",
			description: "3 changes of orders in shop are not sent to books any more.",
		},
	}
}

func healthyEvents() []silent {
	return []silent{
		{name: "a receiver that was down for a quarter of an hour", alert: "EventsUndelivered", until: 50 * time.Minute, step: time.Minute,
			series: series{ofReceiver("order_events_pending_oldest_seconds", "a", "books"): "0+60x15 0x40"}},
		{name: "a receiver of another stack", alert: "EventsDead", until: 20 * time.Minute, series: series{
			`order_events_dead{job="services", namespace="other", service="order-api", pod="a", receiver="books"}`: repeated(1, 90),
		}},
	}
}
