package alerts

import (
	"time"

	"github.com/techcommerce/platform/infra/dashboards"
)

// volumes watches what pods keep.
func volumes(t Target) []Alert { return []Alert{volumeAlmostFull(t), volumeFilling()} }

// usedInodes is the share of a volume's inodes that is in use. File systems that make inodes as they need them say 0.
const usedInodes = `max by (namespace, persistentvolumeclaim) (
  kubelet_volume_stats_inodes_used{namespace=~"$namespaces"} / (kubelet_volume_stats_inodes{namespace=~"$namespaces"} > 0)
)`

// used is the share of a volume that is in use, as df counts it.
const used = `max by (namespace, persistentvolumeclaim) (
  kubelet_volume_stats_used_bytes{namespace=~"$namespaces"}
  / (kubelet_volume_stats_used_bytes{namespace=~"$namespaces"} + kubelet_volume_stats_available_bytes{namespace=~"$namespaces"})
)`

// enlarge is what helps against any volume that is too small.
func enlarge() []Step {
	return []Step{
		{Do: "A volume of the shop: raise its size (`database.….size`) in `Pulumi.<stack>.yaml` and run `pulumi up`. The storage class must allow it:",
			Run: "kubectl get storageclass"},
		{Do: "Prometheus' own: keep less for now, by a shorter retention in `Pulumi.<stack>.yaml`."},
		{Do: "The backups: keep them for fewer days (`database.postgres.backup.keepDays`); old ones go with the next backup."},
		{Do: "A volume on the node's own disk shares that disk with everything else: see [HighDiskUsage](HighDiskUsage.md)."},
	}
}

func maxVolume() Limit {
	return Limit{
		Key: "volume", Unit: Percent, Default: 95,
		Meaning: "The share of a volume that may be used before on-call is paged.",
	}
}

func volumeAlmostFull(t Target) Alert {
	return Alert{
		Name:     "VolumeAlmostFull",
		Severity: Critical,
		For:      5 * time.Minute,
		Limit:    maxVolume(),
		Expr:     used + " > $limit\nor\n" + usedInodes + " > $limit",
		Summary:  "Volume {{ $labels.persistentvolumeclaim }} is almost full",
		Description: "{{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is {{ $value | humanizePercentage }} full, in bytes or in inodes. " +
			"What writes to it fails when it is full.",
		Dashboard: dashboards.Kubernetes,
		Inhibits:  []Inhibition{{Alerts: []string{"VolumeFilling"}, Equal: []string{"namespace", "persistentvolumeclaim"}}},
		Runbook: Runbook{
			Meaning: "There is hardly any room left on a volume, or there are hardly any inodes left for more files.",
			Impact:  "When it is full, a store refuses to write: orders fail. What is written already is safe.",
			Investigate: []Step{
				{Do: "How long will it last?", Query: `kubelet_volume_stats_available_bytes{namespace="$namespace"}`},
				{Do: "Who uses it?", Run: "kubectl -n $NS describe pvc $PVC | grep -E 'Used By|Capacity|StorageClass'"},
			},
			Fix:     enlarge(),
			Silence: "Never: fix it.",
		},
		Datadog: &Query{
			Reduce: "avg", Window: 5 * time.Minute,
			Metric:  Metric{Space: "max", Name: "kubernetes.kubelet.volume.stats.used_bytes"},
			Of:      &Metric{Space: "max", Name: "kubernetes.kubelet.volume.stats.capacity_bytes"},
			By:      []string{"persistentvolumeclaim"},
			Compare: ">", Critical: 100 * t.limit(maxVolume()), Warning: before(100 * t.limit(maxVolume())),
		},
	}
}

// volumeFilling wants an hour of history before it predicts a day.
func volumeFilling() Alert {
	return Alert{
		Name:     "VolumeFilling",
		Severity: Warning,
		For:      30 * time.Minute,
		Expr: used + ` > 0.5
and
max by (namespace, persistentvolumeclaim) (
  predict_linear(kubelet_volume_stats_available_bytes{namespace=~"$namespaces"}[6h], 24 * 3600)
) < 0
and
max by (namespace, persistentvolumeclaim) (kubelet_volume_stats_available_bytes{namespace=~"$namespaces"} offset 1h)`,
		Summary: "Volume {{ $labels.persistentvolumeclaim }} will be full within a day",
		Description: "{{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is {{ $value | humanizePercentage }} full, and " +
			"at the pace of the last six hours it will be full within a day.",
		Dashboard: dashboards.Kubernetes,
		Runbook: Runbook{
			Meaning: "A volume is more than half full and fills up fast.",
			Impact:  "None yet. When it is full, what writes to it fails.",
			Investigate: []Step{
				{Do: "When did it begin, and does it come in steps (a job) or steadily (growth)?",
					Query: `kubelet_volume_stats_used_bytes{namespace="$namespace"}`},
				{Do: "Who uses it?", Run: "kubectl -n $NS describe pvc $PVC | grep -E 'Used By|Capacity|StorageClass'"},
			},
			Fix:     enlarge(),
			Silence: "For a load of data that is known to end.",
		},
	}
}
