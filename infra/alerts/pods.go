package alerts

import (
	"time"

	"github.com/techcommerce/platform/infra/dashboards"
)

// pods watches the pods of the shop and of the monitoring, whatever they are for.
func pods(Target) []Alert {
	return []Alert{podCrashLooping()}
}

// podCrashLooping remembers for two minutes what it saw: between two crashes the container runs and does not wait. A pod
// that finds its feet after a few crashes waits for less than three minutes in all, and does not fire.
func podCrashLooping() Alert {
	return Alert{
		Name:     "PodCrashLooping",
		Severity: Critical,
		For:      5 * time.Minute,
		Expr: `
max by (namespace, pod, container) (
  max_over_time(kube_pod_container_status_waiting_reason{namespace=~"$ours", reason="CrashLoopBackOff"}[2m])
) == 1`,
		Summary:     "{{ $labels.pod }} crashes again and again",
		Description: "Container {{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} is in CrashLoopBackOff.",
		Page:        dashboards.Kubernetes,
		Datadog: &Query{
			Reduce: "max", Window: 10 * time.Minute,
			Metric: Metric{
				Space: "max", Name: "kubernetes_state.container.status_report.count.waiting",
				Filter: []string{"reason:crashloopbackoff"}, Zero: true,
			},
			By:      []string{"pod_name", "kube_container_name"},
			Compare: ">=", Critical: 1, Silent: true,
		},
	}
}
