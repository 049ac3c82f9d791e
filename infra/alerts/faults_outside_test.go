package alerts_test

import "time"

// probed is the result of the probes of the shop: of its public address and of its Service, in promtool's notation.
func probed(public, service string) series {
	return series{
		`probe_success{job="probe-public", namespace="shop", service="frontend", target="https://shop.example.com/ready", instance="a"}`:           public,
		`probe_success{job="probe-service", namespace="shop", service="frontend", target="http://frontend-service.shop:3000/ready", instance="a"}`: service,
	}
}

func outsideFaults() []firing {
	labels := func(target string) map[string]string {
		return map[string]string{"severity": "critical", "namespace": "shop", "service": "frontend", "target": target}
	}
	return []firing{
		{
			name: "an Ingress that leads nowhere", alert: "ShopUnreachable",
			series: probed("1x8 0x40", repeated(1, 48)), since: 135 * time.Second,
			labels: labels("https://shop.example.com/ready"), summary: "The shop cannot be reached",
			description: "https://shop.example.com/ready has not answered with success for two minutes.",
		},
		{
			name: "a Service without pods, where there is no public address", alert: "ShopUnreachable",
			series: series{
				`probe_success{job="probe-service", namespace="shop", service="frontend", target="http://frontend-service.shop:3000/ready", instance="a"}`: "1x8 0x40",
			}, since: 135 * time.Second,
			labels: labels("http://frontend-service.shop:3000/ready"), summary: "The shop cannot be reached",
			description: "http://frontend-service.shop:3000/ready has not answered with success for two minutes.",
		},
	}
}

func healthyOutside() []silent {
	return []silent{
		{name: "a shop that answers, but for one probe in ten", alert: "ShopUnreachable", until: 10 * time.Minute,
			series: probed("1x8 0x1 1x8 0x1 1x8 0x1 1x30", repeated(1, 60))},
		{name: "a probe of another stack", alert: "ShopUnreachable", until: 10 * time.Minute, series: series{
			`probe_success{job="probe-public", namespace="other", service="frontend", target="https://other.example.com/ready"}`: repeated(0, 60),
		}},
	}
}

// reconciled is what a replica of order-api found when it compared last, and when that was.
func reconciled(pod, kind, differences, at string) series {
	labels := `job="services", namespace="shop", service="order-api", pod="` + pod + `"`
	return series{
		`order_reconciliation_differences{` + labels + `, kind="` + kind + `"}`: differences,
		`order_reconciliation_last_success_timestamp_seconds{` + labels + `}`:   at,
	}
}

func reconciliationFaults() []firing {
	labels := func(more ...string) map[string]string {
		all := map[string]string{"severity": "warning", "namespace": "shop", "service": "order-api"}
		for i := 0; i < len(more); i += 2 {
			all[more[i]] = more[i+1]
		}
		return all
	}
	return []firing{
		{
			name: "orders whose stock was never taken", alert: "ReconciliationDifferences", step: time.Minute,
			series: with(reconciled("a", "order_without_reservation", "0x5 2x40", "0x5 300x40"),
				reconciled("b", "order_without_reservation", "0x45", "0x45")), since: 6 * time.Minute,
			labels: labels("kind", "order_without_reservation"), summary: "Orders and stock differ",
			description: "2 orders of shop differ from the stock that they reserved: order_without_reservation.",
		},
		{
			name: "comparisons that stopped", alert: "ReconciliationStale", step: time.Minute,
			series: reconciled("a", "quantities_differ", "0x90", "0x90"), since: 31 * time.Minute,
			labels: labels(), summary: "Orders and stock are no longer compared",
			description: "order-api in shop last compared its orders with the stock 47m 0s ago.",
		},
		{
			name: "a pending order with a damaged record", alert: "OrdersSetAside",
			series: series{
				`orders_set_aside_total{job="services", namespace="shop", service="order-api", pod="a"}`: "0x8 1x60",
			}, since: 135 * time.Second,
			labels: labels(), summary: "A pending order cannot be read",
			description: "order-api in shop set a pending order aside within the last hour, because its record cannot be read.",
		},
	}
}

func healthyReconciliation() []silent {
	return []silent{
		{name: "differences that the next comparison no longer finds", alert: "ReconciliationDifferences", until: 40 * time.Minute, step: time.Minute,
			series: reconciled("a", "reservation_of_ended_order", "3x6 0x40", "0x6 300x40")},
		{name: "what a replica found that has not compared since", alert: "ReconciliationDifferences", until: 40 * time.Minute, step: time.Minute,
			series: with(reconciled("a", "quantities_differ", repeated(1, 45), "0x45"), reconciled("b", "quantities_differ", repeated(0, 45), "0x5 300x40"))},
		{name: "a comparison every five minutes, by one of two replicas", alert: "ReconciliationStale", until: 80 * time.Minute, step: time.Minute,
			series: with(reconciled("a", "quantities_differ", "0x90", "0x90"), reconciled("b", "quantities_differ", "0x90",
				"0x4 300x4 600x4 900x4 1200x4 1500x4 1800x4 2100x4 2400x4 2700x4 3000x4 3300x4 3600x4 3900x4 4200x4 4500x4 4800x10"))},
		{name: "an order that was set aside before", alert: "OrdersSetAside", until: 20 * time.Minute, series: series{
			`orders_set_aside_total{job="services", namespace="shop", service="order-api", pod="a"}`: repeated(3, 90),
		}},
	}
}
