package alerts

import (
	"time"

	"github.com/techcommerce/platform/infra/dashboards"
)

// workloads watches what makes pods: Deployments, StatefulSets, DaemonSets, Jobs and autoscalers, and what limits them.
func workloads(t Target) []Alert {
	list := []Alert{deploymentShortOfReplicas(), statefulSetShortOfReplicas(), daemonSetShortOfPods(), rolloutStuck(), jobFailed(t), quotaAlmostUsed()}
	if t.Autoscaled {
		list = append(list, hpaAtMax(), hpaBlind())
	}
	return list
}

func deploymentShortOfReplicas() Alert {
	return Alert{
		Name:     "DeploymentShortOfReplicas",
		Severity: Warning,
		For:      10 * time.Minute,
		Expr: `
max by (namespace, deployment) (kube_deployment_spec_replicas{namespace=~"$namespaces"})
-
max by (namespace, deployment) (kube_deployment_status_replicas_available{namespace=~"$namespaces"})
> 0`,
		Summary:     "{{ $labels.deployment }} lacks pods",
		Description: "{{ $value }} pods of {{ $labels.namespace }}/{{ $labels.deployment }} have been missing for ten minutes.",
		Dashboard:   dashboards.Kubernetes,
		Runbook: Runbook{
			Meaning: "Fewer pods are available than the Deployment, or its autoscaler, asks for.",
			Impact:  "The rest carries more load, and there is less to lose before customers notice.",
			Investigate: []Step{
				{Do: "Are the missing pods there and not ready, or can they not even be made?",
					Run: "kubectl -n $NS get pods -l app.kubernetes.io/name=$DEPLOYMENT\nkubectl -n $NS describe replicasets -l app.kubernetes.io/name=$DEPLOYMENT | tail -n 20"},
				{Do: "Is the namespace's quota used up?", Run: "kubectl -n $NS describe resourcequota"},
				{Do: "Have the nodes room?", Run: "kubectl describe nodes | grep -A 8 'Allocated resources'"},
			},
			Fix: []Step{
				{Do: "`FailedScheduling`: add a node, or lower requests or replicas in `Pulumi.<stack>.yaml`."},
				{Do: "`exceeded quota`: the program derives the quota from the services' sizes, so something else runs in the namespace. Find and remove it."},
				{Do: "`denied the request`: an admission rule refuses the pod; its message names the rule."},
			},
			Silence: "While the cluster grows, or a node is being replaced.",
		},
		Datadog: &Query{
			Reduce: "min", Window: 10 * time.Minute,
			Metric:  Metric{Space: "max", Name: "kubernetes_state.deployment.replicas_unavailable"},
			By:      []string{"kube_deployment"},
			Compare: ">=", Critical: 1,
		},
	}
}

func statefulSetShortOfReplicas() Alert {
	return Alert{
		Name:     "StatefulSetShortOfReplicas",
		Severity: Warning,
		For:      10 * time.Minute,
		Expr: `
max by (namespace, statefulset) (kube_statefulset_replicas{namespace=~"$namespaces"})
-
max by (namespace, statefulset) (kube_statefulset_status_replicas_ready{namespace=~"$namespaces"})
> 0`,
		Summary:     "{{ $labels.statefulset }} lacks pods",
		Description: "{{ $value }} pods of {{ $labels.namespace }}/{{ $labels.statefulset }} have been missing for ten minutes.",
		Dashboard:   dashboards.Kubernetes,
		Runbook: Runbook{
			Meaning: "Fewer pods are ready than the StatefulSet asks for.",
			Impact:  "Of the database: see [DatabaseDown](DatabaseDown.md). Of Prometheus or Alertmanager: nothing is recorded or told.",
			Investigate: []Step{
				{Do: "Why is the pod not ready?", Run: "kubectl -n $NS describe pod $STATEFULSET-0 | tail -n 20"},
				{Do: "Is its volume bound, and on a node that is there?", Run: "kubectl -n $NS get pvc\nkubectl get pv,nodes"},
			},
			Fix: []Step{
				{Do: "A bad pod of an earlier update holds up the next one: delete it, the StatefulSet makes it anew. Its volume stays.",
					Run: "kubectl -n $NS delete pod $STATEFULSET-0"},
				{Do: "Its node is gone and the volume with it: bring the node back, or restore from a backup."},
			},
			Silence: "While its node is being replaced.",
		},
		Datadog: &Query{
			Reduce: "max", Window: 10 * time.Minute,
			Metric:  Metric{Space: "max", Name: "kubernetes_state.statefulset.replicas_ready"},
			By:      []string{"kube_stateful_set"},
			Compare: "<", Critical: 1,
		},
	}
}

// daemonSetShortOfPods waits longer than a node that joins the cluster takes to pull the images.
func daemonSetShortOfPods() Alert {
	return Alert{
		Name:     "DaemonSetShortOfPods",
		Severity: Warning,
		For:      15 * time.Minute,
		Expr: `
max by (namespace, daemonset) (kube_daemonset_status_desired_number_scheduled{namespace=~"$namespaces"})
-
max by (namespace, daemonset) (kube_daemonset_status_number_available{namespace=~"$namespaces"})
> 0`,
		Summary:     "{{ $labels.daemonset }} lacks pods",
		Description: "{{ $value }} nodes have had no working pod of {{ $labels.namespace }}/{{ $labels.daemonset }} for a quarter of an hour.",
		Dashboard:   dashboards.Kubernetes,
		Runbook: Runbook{
			Meaning: "Some nodes have no pod of the DaemonSet, or one that is not ready.",
			Impact:  "Those nodes are not measured: full disks and busy processors there go unnoticed.",
			Investigate: []Step{
				{Do: "On which nodes, and why?", Run: "kubectl -n $NS get pods -o wide\nkubectl -n $NS describe daemonset $DAEMONSET | tail -n 20"},
				{Do: "Is a node not ready?", Run: "kubectl get nodes"},
			},
			Fix: []Step{
				{Do: "The node is not ready: see [NodeNotReady](NodeNotReady.md)."},
				{Do: "`FailedScheduling`: the node has no room for it. Move something else away, or add a node."},
				{Do: "One pod hangs: delete it, the DaemonSet makes it anew.", Run: "kubectl -n $NS delete pod $POD"},
			},
			Silence: "While nodes are being replaced.",
		},
	}
}

// rolloutStuck fires soon: the progress deadline, five minutes for our services, is over when the condition turns false.
func rolloutStuck() Alert {
	return Alert{
		Name:     "RolloutStuck",
		Severity: Warning,
		For:      time.Minute,
		Expr: `
max by (namespace, deployment) (
  kube_deployment_status_condition{namespace=~"$namespaces", condition="Progressing", status="false"}
) == 1`,
		Summary:     "The rollout of {{ $labels.deployment }} is stuck",
		Description: "{{ $labels.namespace }}/{{ $labels.deployment }} made no progress within its deadline. The pods of the release before go on serving.",
		Dashboard:   dashboards.Kubernetes,
		Inhibits: []Inhibition{
			{Alerts: []string{"DeploymentShortOfReplicas"}, Equal: []string{"namespace", "deployment"}},
		},
		Runbook: Runbook{
			Meaning: "The new release's first pod does not become ready, so Kubernetes replaces no more of the old ones.",
			Impact:  "None for customers. The change is not out, and the next one waits behind it.",
			Investigate: []Step{
				{Do: "What hinders the new pod?",
					Run: "kubectl -n $NS get pods -l app.kubernetes.io/name=$DEPLOYMENT --sort-by=.metadata.creationTimestamp\n" +
						"kubectl -n $NS describe pods -l app.kubernetes.io/name=$DEPLOYMENT | grep -A 12 Events: | tail -n 20"},
				{Do: "What does it say?", Run: "kubectl -n $NS logs $POD --tail=50"},
			},
			Fix: []Step{
				rollBack(),
			},
			Silence: "Not needed: it resolves with the next good rollout.",
		},
	}
}

// hpaAtMax does not count an autoscaler that has no choice.
func hpaAtMax() Alert {
	return Alert{
		Name:     "HPAAtMax",
		Severity: Warning,
		For:      15 * time.Minute,
		Expr: `
max by (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_status_desired_replicas{namespace="$namespace"})
>= on (namespace, horizontalpodautoscaler)
(
  max by (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_spec_max_replicas{namespace="$namespace"})
  > max by (namespace, horizontalpodautoscaler) (kube_horizontalpodautoscaler_spec_min_replicas{namespace="$namespace"})
)`,
		Summary:     "{{ $labels.horizontalpodautoscaler }} is at its maximum",
		Description: "{{ $labels.namespace }}/{{ $labels.horizontalpodautoscaler }} has wanted all of its {{ $value }} pods for a quarter of an hour.",
		Dashboard:   dashboards.Kubernetes,
		Runbook: Runbook{
			Meaning: "The load asks for at least as many pods as the autoscaler may make. More load will not find more pods.",
			Impact:  "None while response times are good. Then requests become slow, and at last are refused.",
			Investigate: []Step{
				{Do: "How far above its target is the load?", Run: "kubectl -n $NS get hpa"},
				{Do: "Is it customers, or one client?", Query: `sum by (service, route) (rate($requests{$traffic}[5m]))`},
				{Do: "Is the service slow already?", Query: `service:http_request_duration_seconds:p95_rate{namespace="$namespace"}`},
			},
			Fix: []Step{
				resize("The load is real and the nodes have room", "`autoscale.max`"),
				{Do: "With PostgreSQL, more pods need more connections: `databaseConnections` times the pods must fit, see [DatabaseConnectionsHigh](DatabaseConnectionsHigh.md)."},
				{Do: "One client causes it: block it at the Ingress."},
			},
			Silence: "During a sale that was planned for that many pods.",
		},
		Datadog: &Query{
			Reduce: "min", Window: 15 * time.Minute,
			Metric:  Metric{Space: "max", Name: "kubernetes_state.hpa.desired_replicas"},
			Of:      &Metric{Space: "max", Name: "kubernetes_state.hpa.max_replicas"},
			By:      []string{"horizontalpodautoscaler"},
			Compare: ">=", Critical: 100, NoData: NoDataIsFine,
		},
	}
}

func hpaBlind() Alert {
	return Alert{
		Name:     "HPABlind",
		Severity: Warning,
		For:      15 * time.Minute,
		Expr: `
max by (namespace, horizontalpodautoscaler) (
  kube_horizontalpodautoscaler_status_condition{namespace="$namespace", condition="ScalingActive", status="false"}
) == 1`,
		Summary:     "{{ $labels.horizontalpodautoscaler }} does not see the load",
		Description: "{{ $labels.namespace }}/{{ $labels.horizontalpodautoscaler }} has not been able to compute a number of pods for a quarter of an hour.",
		Dashboard:   dashboards.Kubernetes,
		Runbook: Runbook{
			Meaning: "The autoscaler gets no measurements of its pods, so it leaves their number as it is.",
			Impact:  "None at the usual load. More load will not find more pods.",
			Investigate: []Step{
				{Do: "What does the autoscaler say?", Run: "kubectl -n $NS describe hpa | grep -A 6 Conditions"},
				{Do: "Does metrics-server answer?",
					Run: "kubectl get apiservice v1beta1.metrics.k8s.io\nkubectl -n kube-system get pods -l k8s-app=metrics-server\nkubectl -n $NS top pods"},
			},
			Fix: []Step{
				{Do: "The cluster has no metrics-server: install it (minikube: `minikube addons enable metrics-server`)."},
				{Do: "It is there and fails: restart it.", Run: "kubectl -n kube-system rollout restart deployment/metrics-server"},
				resize("Until then, more pods are needed than there are", "`autoscale.min`"),
			},
			Silence: "While somebody scales the service by hand.",
		},
	}
}
