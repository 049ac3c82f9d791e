package alerts_test

import "time"

func monitoringFaults() []firing {
	pod := func(severity, pod string) map[string]string {
		return map[string]string{"severity": severity, "namespace": "monitoring", "pod": pod}
	}
	present := series{}
	for _, job := range shop().Jobs {
		if job != "coredns" {
			present[`up{job="`+job+`", instance="`+job+`"}`] = repeated(1, 90)
		}
	}
	return []firing{
		{
			name: "nothing at all", alert: "Watchdog", series: series{},
			labels: map[string]string{"severity": "info"}, summary: "Alerts work",
			description: "This alert always fires. When it stops, nothing that happens is told any more.",
		},
		{
			name: "one of two targets does not answer", alert: "TargetDown",
			series: series{
				`up{job="grafana", namespace="monitoring", service="grafana", pod="grafana-a", instance="10.0.0.1:3000"}`: repeated(0, 60),
				`up{job="grafana", namespace="monitoring", service="grafana", pod="grafana-b", instance="10.0.0.2:3000"}`: repeated(1, 60),
			},
			labels: map[string]string{
				"severity": "warning", "job": "grafana", "namespace": "monitoring", "service": "grafana", "pod": "grafana-a",
				"instance": "10.0.0.1:3000",
			},
			summary: "A target of grafana is down", description: "Prometheus has not been able to scrape 10.0.0.1:3000 of job grafana for ten minutes.",
		},
		{
			name: "a job of which nothing is found", alert: "TargetsMissing", series: present,
			labels:  map[string]string{"severity": "warning", "job": "coredns"},
			summary: "Job coredns has no targets", description: "Prometheus has found nothing to scrape for job coredns for ten minutes.",
		},
		{
			name: "Prometheus got a configuration that it refuses", alert: "PrometheusReloadFailed",
			series: series{`prometheus_config_last_reload_successful{job="prometheus", namespace="monitoring", pod="prometheus-0"}`: repeated(0, 60)},
			labels: pod("warning", "prometheus-0"), summary: "Prometheus refuses its configuration",
			description: "monitoring/prometheus-0 goes on with the configuration before: the new one is refused.",
		},
		{
			name: "Alertmanager got a configuration that it refuses", alert: "AlertmanagerReloadFailed",
			series: series{`alertmanager_config_last_reload_successful{job="alertmanager", namespace="monitoring", pod="alertmanager-0"}`: repeated(0, 60)},
			labels: pod("warning", "alertmanager-0"), summary: "Alertmanager refuses its configuration",
			description: "monitoring/alertmanager-0 goes on with the configuration before: the new one is refused.",
		},
		{
			name: "a rule that ends in an error", alert: "RulesFailing",
			series: series{`prometheus_rule_evaluation_failures_total{job="prometheus", rule_group="nodes"}`: growing(1, 60)}, since: 15 * time.Second,
			labels: map[string]string{"severity": "warning", "rule_group": "nodes"}, summary: "Rules cannot be evaluated",
			description: "Prometheus cannot evaluate rules of nodes: their alerts stay silent.",
		},
		{
			name: "Prometheus finds no Alertmanager", alert: "AlertsUndelivered",
			series: series{`prometheus_notifications_alertmanagers_discovered{job="prometheus", namespace="monitoring", pod="prometheus-0"}`: repeated(0, 60)},
			labels: pod("critical", "prometheus-0"), summary: "Prometheus does not reach Alertmanager",
			description: "Alerts of monitoring/prometheus-0 have not reached Alertmanager for five minutes.",
		},
		{
			name: "a receiver that answers with errors", alert: "NotificationsFailing",
			series: series{
				`alertmanager_notifications_failed_total{job="alertmanager", integration="slack"}`: growing(1, 60),
				`alertmanager_notifications_total{job="alertmanager", integration="slack"}`:        growing(2, 60),
			}, since: 45 * time.Second,
			labels: map[string]string{"severity": "critical", "integration": "slack"}, summary: "Notifications by slack fail",
			description: "50% of the notifications by slack do not arrive.",
		},
		{
			name: "remote write that stands still", alert: "RemoteWriteBehind",
			series: series{`prometheus_remote_storage_queue_highest_sent_timestamp_seconds{job="prometheus", remote_name="archive"}`: repeated(0, 120)},
			since:  315 * time.Second, labels: map[string]string{"severity": "warning", "remote_name": "archive"},
			summary: "Remote write to archive is behind", description: "archive got its last sample 21m 15s ago.",
		},
	}
}

func budgetFaults() []firing {
	labels := map[string]string{"severity": "critical", "slo": "orders-accepted", "service": "order-api"}
	return []firing{
		{
			name: "one order in five fails for an hour", alert: "ErrorBudgetBurningFast", step: time.Minute,
			series: failing("order-api", "POST", "/api/orders", 90), since: 61 * time.Minute,
			labels: labels, summary: "orders-accepted: the error budget burns fast",
			description: "The month's error budget of orders-accepted is spent 200 times too fast: at this pace it will be gone within days.",
		},
		{
			name: "every order fails, an hour after a gap of twenty minutes in Prometheus", alert: "ErrorBudgetBurningFast", step: time.Minute,
			series: series{
				requests("order-api", "POST", "/api/orders", "201"): "0+100x70 _x20 9100+100x50 14100x40",
				requests("order-api", "POST", "/api/orders", "500"): "0x70 _x20 0x50 0+100x40",
			}, since: 143 * time.Minute,
			labels: labels, summary: "orders-accepted: the error budget burns fast",
			description: "The month's error budget of orders-accepted is spent 73.46 times too fast: at this pace it will be gone within days.",
		},
		{
			name: "four requests for products in a hundred are slow for a day", alert: "ErrorBudgetBurningSlowly", step: 2 * time.Minute,
			series: series{
				took("product-api", "GET", "/api/products", "0.5"):  growing(96, 800),
				took("product-api", "GET", "/api/products", "+Inf"): growing(100, 800),
				`http_request_duration_seconds_count{job="services", namespace="shop", service="product-api", method="GET", route="/api/products"}`: growing(100, 800),
			}, since: 24*time.Hour + 2*time.Minute,
			labels:      map[string]string{"severity": "warning", "slo": "catalogue-fast", "service": "product-api"},
			summary:     "catalogue-fast: the error budget will not last",
			description: "The month's error budget of catalogue-fast is spent 4 times too fast: it will be gone before the month ends.",
		},
	}
}
