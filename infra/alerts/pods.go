package alerts

import (
	"math"
	"time"

	"github.com/techcommerce/platform/infra/dashboards"
)

// pods watches the pods of the shop and of the monitoring, whatever they are for.
func pods(t Target) []Alert {
	return []Alert{podRestartingTooOften(t), podCrashLooping(), podNotReady(), containerMemoryUsageHigh(t), containerThrottled(t)}
}

func maxRestarts() Limit {
	return Limit{
		Key: "restarts", Unit: Count, Default: 3, Min: 1, Max: 100,
		Meaning: "How often a container may restart within ten minutes.",
	}
}

// podRestartingTooOften subtracts instead of asking increase(), which extrapolates: it would make 3.1 of 3. A pod that is
// gone restarts no more, whatever the last ten minutes say.
func podRestartingTooOften(t Target) Alert {
	return Alert{
		Name:     "PodRestartingTooOften",
		Severity: Warning,
		For:      5 * time.Minute,
		Limit:    maxRestarts(),
		Expr: `
max by (namespace, pod, container) (
  max_over_time(kube_pod_container_status_restarts_total{namespace=~"$namespaces"}[10m])
  - min_over_time(kube_pod_container_status_restarts_total{namespace=~"$namespaces"}[10m])
) > $limit
and
max by (namespace, pod, container) (kube_pod_container_status_restarts_total{namespace=~"$namespaces"})`,
		Summary:     "{{ $labels.pod }} restarts too often",
		Description: "Container {{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} restarted {{ $value }} times within ten minutes.",
		Dashboard:   dashboards.Kubernetes,
		Runbook: Runbook{
			Meaning: "A container ends again and again, by itself or because its liveness probe fails.",
			Impact:  "Its other replicas carry the load. Requests that it was serving when it ended are lost.",
			Investigate: []Step{
				{Do: "Why did it end? `OOMKilled` is want of memory, `Error` with exit code 137 a failed liveness probe.",
					Run: "kubectl -n $NS describe pod $POD | grep -A 8 'Last State'"},
				{Do: "What did it say last?", Run: "kubectl -n $NS logs $POD --previous --tail=50"},
			},
			Fix: []Step{
				rollBack(),
				{Do: "OOMKilled: raise `memory.limit` of the service in `Pulumi.<stack>.yaml`, and see whether its memory only grows."},
				{Do: "Failed probes on a busy node: see [HighCPUUsage](HighCPUUsage.md)."},
			},
			Silence: "While somebody works on that pod.",
		},
		Datadog: &Query{
			Reduce: "change", Window: 10 * time.Minute,
			Metric:  Metric{Space: "max", Name: "kubernetes_state.container.restarts"},
			By:      []string{"pod_name", "kube_container_name"},
			Compare: ">", Critical: t.limit(maxRestarts()), Warning: new(math.Floor(t.limit(maxRestarts()) / 3)), NoData: NoDataIsFine,
		},
	}
}

// podCrashLooping remembers for $rate what it saw: between two crashes the container runs and does not wait. A pod
// that finds its feet after three crashes has waited for little more than a minute, and does not fire.
func podCrashLooping() Alert {
	return Alert{
		Name:     "PodCrashLooping",
		Severity: Critical,
		For:      5 * time.Minute,
		Expr: `
max by (namespace, pod, container) (
  max_over_time(kube_pod_container_status_waiting_reason{namespace=~"$namespaces", reason="CrashLoopBackOff"}[$rate])
  or
  max_over_time(kube_pod_init_container_status_waiting_reason{namespace=~"$namespaces", reason="CrashLoopBackOff"}[$rate])
) == 1`,
		Summary:     "{{ $labels.pod }} crashes again and again",
		Description: "Container {{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} is in CrashLoopBackOff.",
		Dashboard:   dashboards.Kubernetes,
		Inhibits: []Inhibition{
			{Alerts: []string{"PodRestartingTooOften", "PodNotReady"}, Equal: []string{"namespace", "pod"}},
		},
		Runbook: Runbook{
			Meaning: "A container has crashed so often that Kubernetes waits longer and longer before it starts it again.",
			Impact: "After a release: none yet, the old pods go on serving. Otherwise the service has one replica less; if " +
				"all of them crash, [ServiceDown](ServiceDown.md) says so.",
			Investigate: []Step{
				{Do: "What did it say before it crashed? Our services name every setting that they refuse.",
					Run: "kubectl -n $NS logs $POD --previous --tail=50"},
				{Do: "With which exit code and reason did it end?", Run: "kubectl -n $NS describe pod $POD | grep -A 8 'Last State'"},
				{Do: "Do pods of an older release run well?", Run: "kubectl -n $NS get pods -L app.kubernetes.io/version"},
			},
			Fix: []Step{
				rollBack(),
				{Do: "It refuses a setting: correct it in `Pulumi.<stack>.yaml` and run `pulumi up`."},
				{Do: "OOMKilled: raise `memory.limit` of the service in `Pulumi.<stack>.yaml` and run `pulumi up`."},
			},
			Silence: "While the cause is being fixed.",
		},
		Datadog: &Query{
			Reduce: "max", Window: 10 * time.Minute,
			Metric: Metric{
				Space: "max", Name: "kubernetes_state.container.status_report.count.waiting",
				Filter: []string{"reason:crashloopbackoff"}, Zero: true,
			},
			By:      []string{"pod_name", "kube_container_name"},
			Compare: ">=", Critical: 1, NoData: NoDataIsFine,
		},
	}
}

// podNotReady leaves out pods that have ended: those of finished Jobs are never ready again.
func podNotReady() Alert {
	return Alert{
		Name:     "PodNotReady",
		Severity: Warning,
		For:      10 * time.Minute,
		Expr: `
max by (namespace, pod) (kube_pod_status_ready{namespace=~"$namespaces", condition="true"}) == 0
unless
max by (namespace, pod) (kube_pod_status_phase{namespace=~"$namespaces", phase=~"Succeeded|Failed"}) == 1`,
		Summary:     "{{ $labels.pod }} is not ready",
		Description: "Pod {{ $labels.namespace }}/{{ $labels.pod }} has not been ready for ten minutes.",
		Dashboard:   dashboards.Kubernetes,
		Runbook: Runbook{
			Meaning: "A pod cannot be placed, cannot start, or says itself that it is not ready.",
			Impact:  "It serves nobody. The service's other pods carry its load.",
			Investigate: []Step{
				{Do: "What do its events say? `FailedScheduling`: no node has room. `ErrImagePull`: no such image, or no access. " +
					"`Unhealthy`: its readiness probe fails.", Run: "kubectl -n $NS describe pod $POD | tail -n 20"},
				{Do: "If it runs: what does it wait for?", Run: "kubectl -n $NS logs $POD --tail=50"},
			},
			Fix: []Step{
				{Do: "No room: add a node, or lower requests or replicas in `Pulumi.<stack>.yaml`."},
				{Do: "No image: push it to the registry that the stack names, or roll back to the release before.",
					Run: "make rollback STACK=$STACK"},
				{Do: "Its node is gone: see [NodeNotReady](NodeNotReady.md)."},
			},
			Silence: "While the cluster grows.",
		},
	}
}

func maxContainerMemory() Limit {
	return Limit{
		Key: "containerMemory", Unit: Percent, Default: 90,
		Meaning: "The share of its memory limit that a container may use.",
	}
}

// containerMemoryUsageHigh drops containers without a limit, whose limit reads 0.
func containerMemoryUsageHigh(t Target) Alert {
	return Alert{
		Name:     "ContainerMemoryUsageHigh",
		Severity: Warning,
		For:      5 * time.Minute,
		Limit:    maxContainerMemory(),
		Expr: `
max by (namespace, pod, container) (container_memory_working_set_bytes{namespace=~"$namespaces", container!=""})
/
(max by (namespace, pod, container) (container_spec_memory_limit_bytes{namespace=~"$namespaces", container!=""}) > 0)
> $limit`,
		Summary: "{{ $labels.pod }} is almost out of memory",
		Description: "Container {{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} uses " +
			"{{ $value | humanizePercentage }} of its memory limit.",
		Dashboard: dashboards.Kubernetes,
		Runbook: Runbook{
			Meaning: "The container uses nearly all the memory that it may. At the limit the kernel kills it.",
			Impact:  "None yet. A kill loses the requests in flight.",
			Investigate: []Step{
				{Do: "Does it grow all the time, with the load, or at once?",
					Query: `container_memory_working_set_bytes{namespace="$namespace", pod="$POD", container!=""}`},
				{Do: "Where does a service of ours keep it?",
					Run: "kubectl -n $NS port-forward pod/$POD 9090 &\ngo tool pprof -top http://localhost:9090/debug/pprof/heap"},
			},
			Fix: []Step{
				{Do: "It grows without end: restart it to gain time, and file the profile.", Run: "kubectl -n $NS delete pod $POD"},
				{Do: "It needs that much: raise `memory.limit` in `Pulumi.<stack>.yaml` and run `pulumi up`."},
			},
			Silence: "For the time that a larger limit needs to be rolled out.",
		},
		Datadog: &Query{
			Reduce: "avg", Window: 10 * time.Minute,
			// The working set is what the kernel cannot take back; usage counts files that it would drop.
			Metric:  Metric{Space: "max", Name: "kubernetes.memory.working_set"},
			Of:      &Metric{Space: "max", Name: "kubernetes.memory.limits"},
			By:      []string{"pod_name", "kube_container_name"},
			Compare: ">", Critical: 100 * t.limit(maxContainerMemory()), Warning: before(100 * t.limit(maxContainerMemory())),
		},
	}
}

func maxThrottled() Limit {
	return Limit{
		Key: "throttled", Unit: Percent, Default: 50,
		Meaning: "The share of its periods in which a container may be throttled.",
	}
}

// containerThrottled is for those who ask: an autoscaler or a larger limit helps before customers notice.
func containerThrottled(t Target) Alert {
	return Alert{
		Name:     "ContainerThrottled",
		Severity: Info,
		For:      15 * time.Minute,
		Limit:    maxThrottled(),
		Expr: `
sum by (namespace, pod, container) (rate(container_cpu_cfs_throttled_periods_total{namespace=~"$namespaces", container!=""}[5m]))
/
sum by (namespace, pod, container) (rate(container_cpu_cfs_periods_total{namespace=~"$namespaces", container!=""}[5m]))
> $limit`,
		Summary: "{{ $labels.container }} wants more processor time than it may have",
		Description: "Container {{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} was held up in " +
			"{{ $value | humanizePercentage }} of its periods.",
		Dashboard: dashboards.Kubernetes,
		Runbook: Runbook{
			Meaning: "For a quarter of an hour the container has used up its limit of processor time again and again.",
			Impact:  "It answers later than it could. When that is too late for customers, [HighAPIResponseTime](HighAPIResponseTime.md) says so.",
			Investigate: []Step{
				{Do: "Is it the load, or one pod alone?", Query: `sum by (pod) (rate(container_cpu_usage_seconds_total{namespace="$namespace", container!=""}[5m]))`},
				{Do: "Does an autoscaler add pods?", Run: "kubectl -n $NS get hpa"},
			},
			Fix: []Step{
				{Do: "Raise `cpu.limit` of the service in `Pulumi.<stack>.yaml` and run `pulumi up`, or its number of pods."},
				{Do: "One pod alone does all the work: restart it.", Run: "kubectl -n $NS delete pod $POD"},
			},
			Silence: "During a load test.",
		},
		Datadog: &Query{
			Reduce: "avg", Window: 15 * time.Minute,
			Metric:  Metric{Space: "sum", Name: "kubernetes.cpu.cfs.throttled.periods"},
			Of:      &Metric{Space: "sum", Name: "kubernetes.cpu.cfs.periods"},
			By:      []string{"kube_deployment", "kube_container_name"},
			Compare: ">", Critical: 100 * t.limit(maxThrottled()), Warning: new(50 * t.limit(maxThrottled())), NoData: NoDataIsFine,
		},
	}
}
