package alerts

import (
	"strings"
	"time"

	"github.com/techcommerce/platform/infra/dashboards"
)

// monitoring is about Prometheus and Alertmanager themselves.
func monitoring(t Target) []Alert {
	list := []Alert{
		watchdog(), targetDown(), prometheusReloadFailed(), alertmanagerReloadFailed(), rulesFailing(),
		alertsUndelivered(), notificationsFailing(),
	}
	if len(t.Jobs) > 0 {
		list = append(list, targetsMissing(t))
	}
	if t.RemoteWrite {
		list = append(list, remoteWriteBehind())
	}
	return list
}

// watchdog always fires. Its receiver alerts when it stops.
func watchdog() Alert {
	return Alert{
		Name:        "Watchdog",
		Severity:    Info,
		Expr:        `vector(1)`,
		Summary:     "Alerts work",
		Description: "This alert always fires. When it stops, nothing that happens is told any more.",
		Dashboard:   dashboards.Prometheus,
		Runbook: Runbook{
			Meaning: "Prometheus evaluates rules and Alertmanager delivers. This page is for the day on which the alert stops.",
			Impact:  "While it fires: none. When it stops: nobody is notified of anything.",
			Investigate: []Step{
				{Do: "Do both run?", Run: "kubectl -n $monitoring get pods"},
				{Do: "Does Prometheus reach Alertmanager, and has it rules?",
					Run: "kubectl -n $monitoring logs prometheus-0 --tail=30\nkubectl -n $monitoring logs alertmanager-0 --tail=30"},
			},
			Fix: []Step{
				{Do: "One of them hangs: delete its pod. Its volume stays.", Run: "kubectl -n $monitoring delete pod prometheus-0"},
				{Do: "Its volume is full: see [VolumeAlmostFull](VolumeAlmostFull.md)."},
				{Do: "Both are well: then the way to the receiver is not, see [NotificationsFailing](NotificationsFailing.md)."},
			},
			Silence: "Never. A silenced Watchdog is a dead one.",
		},
	}
}

func targetDown() Alert {
	return Alert{
		Name:        "TargetDown",
		Severity:    Warning,
		For:         10 * time.Minute,
		Expr:        `max by (job, namespace, service, pod, instance, node) (up) == 0`,
		Summary:     "A target of {{ $labels.job }} is down",
		Description: "Prometheus has not been able to scrape {{ $labels.instance }} of job {{ $labels.job }} for ten minutes.",
		Dashboard:   dashboards.Prometheus,
		Runbook: Runbook{
			Meaning: "Prometheus knows of the target, but cannot read its metrics.",
			Impact:  "Dashboards lack it, and alerts that need its numbers stay silent.",
			Investigate: []Step{
				{Do: "Which targets are down?", Query: `up == 0`},
				{Do: "What is the error? Open `/targets` of Prometheus, or:",
					Run: "kubectl -n $monitoring port-forward prometheus-0 9090 &\n" +
						"curl -s localhost:9090/api/v1/targets | jq '.data.activeTargets[] | select(.health != \"up\") | {job: .labels.job, scrapeUrl, lastError}'"},
			},
			Fix: []Step{
				{Do: "`connection refused`: the pod does not listen there; see its log."},
				{Do: "`context deadline exceeded`: a network policy is in the way, or the target takes too long.", Run: "kubectl -n $NS get networkpolicies"},
				{Do: "`401` or `403`: Prometheus' ServiceAccount lacks a right. `pulumi up` puts its ClusterRole back."},
			},
			Silence: "While the target is being fixed.",
		},
	}
}

// targetsMissing notices what TargetDown cannot: a job whose targets are not even found. ServiceDown does that for the
// services.
func targetsMissing(t Target) Alert {
	var missing []string
	for _, job := range t.Jobs {
		if job != JobServices {
			missing = append(missing, `absent(up{job="`+job+`"})`)
		}
	}
	return Alert{
		Name:        "TargetsMissing",
		Severity:    Warning,
		For:         10 * time.Minute,
		Expr:        strings.Join(missing, "\nor\n"),
		Summary:     "Job {{ $labels.job }} has no targets",
		Description: "Prometheus has found nothing to scrape for job {{ $labels.job }} for ten minutes.",
		Dashboard:   dashboards.Prometheus,
		Runbook: Runbook{
			Meaning: "The stack should have such a target, but discovery finds none.",
			Impact:  "Dashboards lack it, and alerts that need its numbers stay silent.",
			Investigate: []Step{
				{Do: "Are its pods there?", Run: "kubectl get pods -A -o wide | grep -E 'prometheus|alertmanager|grafana|exporter|kube-state|coredns|metrics-server|ingress'"},
				{Do: "What did discovery find and drop?",
					Run: "kubectl -n $monitoring port-forward prometheus-0 9090 &\n" +
						"curl -s 'localhost:9090/api/v1/targets?state=dropped' | jq -r '.data.droppedTargetCounts'"},
				{Do: "May Prometheus list pods and endpoints?", Run: "kubectl auth can-i list pods -A --as=system:serviceaccount:$monitoring:prometheus"},
			},
			Fix: []Step{
				{Do: "Somebody deleted it: `pulumi refresh`, then `pulumi up`."},
				{Do: "`ingress-controller`: ingress-nginx exports its metrics only if it was installed with `controller.metrics.enabled=true`. " +
					"Without them nobody notices a certificate that is not renewed."},
			},
			Silence: "While it is being installed.",
		},
	}
}

func prometheusReloadFailed() Alert {
	return Alert{
		Name:        "PrometheusReloadFailed",
		Severity:    Warning,
		For:         5 * time.Minute,
		Expr:        `max by (namespace, pod) (prometheus_config_last_reload_successful{job="prometheus"}) == 0`,
		Summary:     "Prometheus refuses its configuration",
		Description: "{{ $labels.namespace }}/{{ $labels.pod }} goes on with the configuration before: the new one is refused.",
		Dashboard:   dashboards.Prometheus,
		Runbook:     reload("Prometheus", "prometheus", "promtool check config /config/prometheus.yml"),
	}
}

func alertmanagerReloadFailed() Alert {
	return Alert{
		Name:        "AlertmanagerReloadFailed",
		Severity:    Warning,
		For:         5 * time.Minute,
		Expr:        `max by (namespace, pod) (alertmanager_config_last_reload_successful{job="alertmanager"}) == 0`,
		Summary:     "Alertmanager refuses its configuration",
		Description: "{{ $labels.namespace }}/{{ $labels.pod }} goes on with the configuration before: the new one is refused.",
		Dashboard:   dashboards.Prometheus,
		Runbook:     reload("Alertmanager", "alertmanager", "amtool check-config /config/alertmanager.yml"),
	}
}

// reload is the runbook of a configuration that is refused.
func reload(name, set, check string) Runbook {
	return Runbook{
		Meaning: "The last change of " + name + "'s configuration was refused; the one before is still in force.",
		Impact:  "None now. When the pod starts anew, it will not come up.",
		Investigate: []Step{
			{Do: "What does it object to?", Run: "kubectl -n $monitoring logs " + set + "-0 --tail=50 | grep -i error"},
			{Do: "Does the check say the same?", Run: "kubectl -n $monitoring exec " + set + "-0 -- " + check},
		},
		Fix: []Step{
			{Do: "Go back to the last good revision and run `pulumi up`. The tests of the repository run the same check, so " +
				"the change did not come from there, or a file that it names is missing."},
		},
		Silence: "Not needed: it resolves with a good configuration.",
	}
}

func rulesFailing() Alert {
	return Alert{
		Name:        "RulesFailing",
		Severity:    Warning,
		For:         5 * time.Minute,
		Expr:        `sum by (rule_group) (rate(prometheus_rule_evaluation_failures_total{job="prometheus"}[$rate])) > 0`,
		Summary:     "Rules cannot be evaluated",
		Description: "Prometheus cannot evaluate rules of {{ $labels.rule_group }}: their alerts stay silent.",
		Dashboard:   dashboards.Prometheus,
		Runbook: Runbook{
			Meaning: "A rule ends in an error, most likely because two series are where it expects one.",
			Impact:  "The alerts of that rule cannot fire.",
			Investigate: []Step{
				{Do: "Which rule, and why?",
					Run: "kubectl -n $monitoring port-forward prometheus-0 9090 &\n" +
						"curl -s localhost:9090/api/v1/rules | jq '.data.groups[].rules[] | select(.health == \"err\") | {name, lastError}'"},
			},
			Fix: []Step{
				{Do: "`many-to-many matching`: two exporters of one kind run, or one of them is scraped twice. Remove one."},
				{Do: "Otherwise the rule itself is at fault: fix it in `infra/alerts`, where its test is, too."},
			},
			Silence: "Not needed: it resolves with the rule.",
		},
	}
}

// alertsUndelivered can only be seen in Prometheus itself and, through Watchdog, by its absence.
func alertsUndelivered() Alert {
	return Alert{
		Name:             "AlertsUndelivered",
		NotificationPath: true,
		Severity:         Critical,
		For:              5 * time.Minute,
		Expr: `
max by (namespace, pod) (prometheus_notifications_alertmanagers_discovered{job="prometheus"}) == 0
or
sum by (namespace, pod) (rate(prometheus_notifications_errors_total{job="prometheus"}[$rate])) > 0`,
		Summary:     "Prometheus does not reach Alertmanager",
		Description: "Alerts of {{ $labels.namespace }}/{{ $labels.pod }} have not reached Alertmanager for five minutes.",
		Dashboard:   dashboards.Prometheus,
		Runbook: Runbook{
			Meaning: "Prometheus finds no Alertmanager, or cannot send to it.",
			Impact:  "Nobody is notified of anything. The heartbeat receiver notices that Watchdog stops.",
			Investigate: []Step{
				{Do: "Does Alertmanager run?", Run: "kubectl -n $monitoring get pods -l app.kubernetes.io/name=alertmanager"},
				{Do: "What does Prometheus say?", Run: "kubectl -n $monitoring logs prometheus-0 --tail=50 | grep -i alertmanager"},
			},
			Fix: []Step{
				{Do: "It hangs: delete its pod.", Run: "kubectl -n $monitoring delete pod alertmanager-0"},
				{Do: "A network policy is in the way: `pulumi up` puts the right ones back."},
			},
			Silence: "It cannot be delivered anyway.",
		},
	}
}

// notificationsFailing wants three failures: Alertmanager tries again a minute later, and one that failed in a quiet hour
// is all of them. It rounds, because increase() extrapolates.
func notificationsFailing() Alert {
	return Alert{
		Name:             "NotificationsFailing",
		NotificationPath: true,
		Severity:         Critical,
		For:              5 * time.Minute,
		Expr: `
sum by (integration) (rate(alertmanager_notifications_failed_total{job="alertmanager"}[15m]))
/
sum by (integration) (rate(alertmanager_notifications_total{job="alertmanager"}[15m]))
> 0.1
and
round(sum by (integration) (increase(alertmanager_notifications_failed_total{job="alertmanager"}[15m]))) >= 3`,
		Summary:     "Notifications by {{ $labels.integration }} fail",
		Description: "{{ $value | humanizePercentage }} of the notifications by {{ $labels.integration }} do not arrive.",
		Dashboard:   dashboards.Prometheus,
		Runbook: Runbook{
			Meaning: "At least three notifications failed within a quarter of an hour, and more than one in ten.",
			Impact:  "Alerts by this way are lost; other receivers still get theirs.",
			Investigate: []Step{
				{Do: "What does the receiver answer?", Run: "kubectl -n $monitoring logs alertmanager-0 --tail=50 | grep -iE 'notify|error'"},
				{Do: "Is the address reachable from there? Closed clusters need an egress policy for it.", Run: "kubectl -n $monitoring get networkpolicies"},
			},
			Fix: []Step{
				{Do: "`401`, `403`, `404`: the secret of the receiver is out of date. Set it anew and run `pulumi up`.", Run: "pulumi config --show-secrets=false"},
				{Do: "`no such host`, timeouts: DNS or the way out of the cluster."},
			},
			Silence: "While the receiver is out of order and another one works.",
		},
	}
}

func remoteWriteBehind() Alert {
	return Alert{
		Name:        "RemoteWriteBehind",
		Severity:    Warning,
		For:         15 * time.Minute,
		Expr:        `time() - max by (remote_name) (prometheus_remote_storage_queue_highest_sent_timestamp_seconds{job="prometheus"}) > 300`,
		Summary:     "Remote write to {{ $labels.remote_name }} is behind",
		Description: "{{ $labels.remote_name }} got its last sample {{ $value | humanizeDuration }} ago.",
		Dashboard:   dashboards.Prometheus,
		Runbook: Runbook{
			Meaning: "What Prometheus sends elsewhere arrives late or not at all.",
			Impact:  "Dashboards and alerts there are behind. Here, nothing is lost.",
			Investigate: []Step{
				{Do: "What does the other end answer?", Run: "kubectl -n $monitoring logs prometheus-0 --tail=100 | grep -i remote"},
				{Do: "Is it refused, or only too slow?", Query: `rate(prometheus_remote_storage_samples_failed_total[5m])`},
			},
			Fix: []Step{
				{Do: "`401`, `403`: set its secret anew and run `pulumi up`."},
				{Do: "`429` or slow: it takes less than is sent; ask for more, or send less."},
				{Do: "Prometheus keeps about two hours for it; what is older is not sent any more."},
			},
			Silence: "While the other end is out of order.",
		},
	}
}
