package alerts

import (
	"time"

	"github.com/techcommerce/platform/infra/dashboards"
)

// quotaAlmostUsed looks at what grows with pods. Volumes and node ports are counted exactly: all of them are in use.
func quotaAlmostUsed() Alert {
	const grows = `namespace=~"$namespaces", resource=~"pods|requests.cpu|requests.memory|limits.memory"`
	return Alert{
		Name:     "QuotaAlmostUsed",
		Severity: Warning,
		For:      15 * time.Minute,
		Expr: `
max by (namespace, resource) (kube_resourcequota{` + grows + `, type="used"})
/
(max by (namespace, resource) (kube_resourcequota{` + grows + `, type="hard"}) > 0)
> 0.9`,
		Summary:     "The quota of {{ $labels.namespace }} is almost used up",
		Description: "{{ $value | humanizePercentage }} of the {{ $labels.resource }} that {{ $labels.namespace }} may have are in use.",
		Dashboard:   dashboards.Kubernetes,
		Runbook: Runbook{
			Meaning: "The namespace has nearly all that its quota allows. The program derives the quota from the services at their " +
				"greatest number, twice, so something else runs there or pods do not end.",
			Impact: "None yet. At the quota no pod is made: a rollout, an autoscaler or a restarted pod gets none.",
			Investigate: []Step{
				{Do: "What is used, and what is allowed?", Run: "kubectl -n $NS describe resourcequota"},
				{Do: "Which pods are there, and which do not belong to the stack?", Run: "kubectl -n $NS get pods -L app.kubernetes.io/name,app.kubernetes.io/managed-by"},
				{Do: "Since when?", Query: `kube_resourcequota{namespace="$namespace", type="used"}`},
			},
			Fix: []Step{
				{Do: "Something does not belong there: remove it."},
				{Do: "Pods hang while they end: see which node they are on and whether it is ready, [NodeNotReady](NodeNotReady.md)."},
				{Do: "The services need more: raise their sizes in `Pulumi.<stack>.yaml` and deploy; the quota follows.", Run: "make deploy STACK=$STACK"},
			},
			Silence: "While somebody moves a large number of pods.",
		},
	}
}
