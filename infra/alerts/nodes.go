package alerts

import (
	"time"

	"github.com/techcommerce/platform/infra/dashboards"
)

// nodes watches the machines.
func nodes(t Target) []Alert {
	return []Alert{nodeNotReady(), highDiskUsage(t), highMemoryUsage(t), highCPUUsage(t), nodeExporterMissing()}
}

func nodeNotReady() Alert {
	return Alert{
		Name:        "NodeNotReady",
		Severity:    Critical,
		For:         5 * time.Minute,
		Expr:        `max by (node) (kube_node_status_condition{condition="Ready", status="true"}) == 0`,
		Summary:     "Node {{ $labels.node }} is not ready",
		Description: "The kubelet of {{ $labels.node }} has not said for five minutes that it can run pods.",
		Dashboard:   dashboards.Kubernetes,
		Inhibits:    []Inhibition{{Alerts: []string{"HighDiskUsage", "HighMemoryUsage", "HighCPUUsage"}, Equal: []string{"node"}}},
		Runbook: Runbook{
			Meaning: "The node's kubelet is silent, or says that it cannot run pods.",
			Impact: "After five minutes its pods are started on other nodes; those with a volume that only this node has " +
				"must wait for it. With a single node, the shop may still serve, but nothing is started any more.",
			Investigate: []Step{
				{Do: "What does the node say of itself?", Run: "kubectl describe node $NODE | grep -A 10 Conditions"},
				{Do: "What ran there?", Run: "kubectl get pods -A --field-selector spec.nodeName=$NODE"},
				{Do: "On the machine: what is the matter with the kubelet?", Run: "journalctl -u kubelet --since -15min | tail -n 50\ndf -h; free -m"},
			},
			Fix: []Step{
				{Do: "The machine can be reached: restart the kubelet and the container runtime.", Run: "systemctl restart containerd kubelet"},
				{Do: "The machine is gone for good: remove the node, so that its pods go elsewhere at once.", Run: "kubectl delete node $NODE"},
			},
			Silence: "While the node is being replaced.",
		},
		Datadog: &Query{
			Reduce: "min", Window: 5 * time.Minute,
			// A node whose kubelet is silent is neither ready nor not ready: its status is unknown.
			Metric:  Metric{Space: "sum", Name: "kubernetes_state.node.by_condition", Filter: []string{"condition:ready", "!status:true"}, Zero: true},
			By:      []string{"node"},
			Compare: ">=", Critical: 1, NoData: NoDataIsFine,
		},
	}
}

func maxDisk() Limit {
	return Limit{
		Key: "disk", Unit: Percent, Default: 85,
		Meaning: "The share of a node's disk that may be used.",
	}
}

// highDiskUsage counts as df does: what is reserved for root is neither used nor free. A file system without free inodes
// is full, too, however much room it has. Bind mounts show one file system many times, so it goes by device.
func highDiskUsage(t Target) Alert {
	return Alert{
		Name:     "HighDiskUsage",
		Severity: Warning,
		For:      5 * time.Minute,
		Limit:    maxDisk(),
		Expr: `
max by (node, device) (
  (node_filesystem_size_bytes{$disks} - node_filesystem_free_bytes{$disks})
  /
  (node_filesystem_size_bytes{$disks} - node_filesystem_free_bytes{$disks} + node_filesystem_avail_bytes{$disks})
  unless node_filesystem_readonly{$disks} == 1
) > $limit
or
max by (node, device) (
  1 - node_filesystem_files_free{$disks} / (node_filesystem_files{$disks} > 0)
  unless node_filesystem_readonly{$disks} == 1
) > $limit`,
		Summary:     "The disk of {{ $labels.node }} fills up",
		Description: "{{ $labels.device }} of {{ $labels.node }} is {{ $value | humanizePercentage }} full, in bytes or in inodes.",
		Dashboard:   dashboards.Kubernetes,
		Runbook: Runbook{
			Meaning: "A disk of the node is nearly full. From about 90 % the kubelet deletes images and then evicts pods.",
			Impact:  "None yet. Evicted pods are started elsewhere, if there is elsewhere.",
			Investigate: []Step{
				{Do: "Since when, and how fast?", Query: `node_filesystem_avail_bytes{$disks, node="$NODE"}`},
				{Do: "On the machine: what is it full of?", Run: "du -xh --max-depth=3 /var | sort -h | tail -n 15\ncrictl images; journalctl --disk-usage"},
				{Do: "On the machine: has it inodes left (`IUse%`)? Many small files use them up before the bytes.", Run: "df -i; du -x --inodes --max-depth=3 /var | sort -n | tail -n 15"},
			},
			Fix: []Step{
				{Do: "Images that nobody uses:", Run: "crictl rmi --prune"},
				{Do: "Logs of the machine:", Run: "journalctl --vacuum-size=500M"},
				{Do: "Volumes on the node's own disk: see [VolumeFilling](VolumeFilling.md)."},
			},
			Silence: "For a disk that is meant to be full.",
		},
		Datadog: &Query{
			Reduce: "avg", Window: 5 * time.Minute,
			Metric:  Metric{Space: "max", Name: "system.disk.used"},
			Of:      &Metric{Space: "max", Name: "system.disk.total"},
			By:      []string{"host", "device"},
			Compare: ">", Critical: 100 * t.limit(maxDisk()),
		},
	}
}

func maxMemory() Limit {
	return Limit{
		Key: "memory", Unit: Percent, Default: 90,
		Meaning: "The share of a node's memory that may be used.",
	}
}

func highMemoryUsage(t Target) Alert {
	return Alert{
		Name:     "HighMemoryUsage",
		Severity: Warning,
		For:      5 * time.Minute,
		Limit:    maxMemory(),
		Expr: `
1 - min by (node) (node_memory_MemAvailable_bytes{job="node-exporter"} / node_memory_MemTotal_bytes{job="node-exporter"})
> $limit`,
		Summary:     "{{ $labels.node }} is almost out of memory",
		Description: "{{ $value | humanizePercentage }} of the memory of {{ $labels.node }} is in use.",
		Dashboard:   dashboards.Kubernetes,
		Runbook: Runbook{
			Meaning: "The node has little memory left, caches that can be dropped not counted.",
			Impact:  "None yet. Then the kubelet evicts pods, those that exceed their requests first, or the kernel kills one.",
			Investigate: []Step{
				{Do: "Who uses it?", Query: `topk(10, sum by (namespace, pod) (container_memory_working_set_bytes{node="$NODE", container!=""}))`},
				{Do: "Pods, or something beside Kubernetes?", Run: "kubectl top nodes\nkubectl describe node $NODE | grep -A 8 'Allocated resources'"},
			},
			Fix: []Step{
				{Do: "One pod grows without end: delete it; see [ContainerMemoryUsageHigh](ContainerMemoryUsageHigh.md).", Run: "kubectl -n $NS delete pod $POD"},
				{Do: "All together are too many: add a node, or lower `autoscale.max` in `Pulumi.<stack>.yaml`."},
			},
			Silence: "For a machine that does other work, too.",
		},
		Datadog: &Query{
			Reduce: "avg", Window: 5 * time.Minute,
			Metric:  Metric{Space: "min", Name: "system.mem.usable"},
			Of:      &Metric{Space: "min", Name: "system.mem.total"},
			By:      []string{"host"},
			Compare: "<", Critical: 100 * (1 - t.limit(maxMemory())),
		},
	}
}

// nodeExporterMissing goes by the cluster's own list of nodes. TargetDown notices an exporter that does not answer, and
// TargetsMissing that there is none at all; this one notices a node that has none.
func nodeExporterMissing() Alert {
	return Alert{
		Name:        "NodeExporterMissing",
		Severity:    Warning,
		For:         15 * time.Minute,
		Expr:        `max by (node) (kube_node_info) unless on (node) up{job="node-exporter"}`,
		Summary:     "Node {{ $labels.node }} is not measured",
		Description: "No node-exporter has been found on {{ $labels.node }} for a quarter of an hour.",
		Dashboard:   dashboards.Kubernetes,
		Runbook: Runbook{
			Meaning: "The cluster has a node of which Prometheus gets no numbers.",
			Impact:  "A full disk or a busy processor of that node goes unnoticed.",
			Investigate: []Step{
				{Do: "Is there a pod on the node, and what hinders it?",
					Run: "kubectl -n $nodeAgents get pods -o wide --field-selector spec.nodeName=$NODE\nkubectl -n $nodeAgents describe daemonset node-exporter | tail -n 20"},
				{Do: "Which nodes have one?", Query: `max by (node) (up{job="node-exporter"})`},
			},
			Fix: []Step{
				{Do: "The node is not ready: see [NodeNotReady](NodeNotReady.md)."},
				{Do: "The node has no room for it: move something else away."},
				revert("The DaemonSet was changed or deleted by hand"),
			},
			Silence: "While the node is being replaced.",
		},
	}
}

func maxCPU() Limit {
	return Limit{
		Key: "cpu", Unit: Percent, Default: 80,
		Meaning: "The share of a node's processor time that may be used.",
	}
}

// highCPUUsage counts waiting for a disk as idle: the processor is free for others meanwhile.
func highCPUUsage(t Target) Alert {
	return Alert{
		Name:     "HighCPUUsage",
		Severity: Warning,
		For:      10 * time.Minute,
		Limit:    maxCPU(),
		Expr: `
1 -
sum by (node) (rate(node_cpu_seconds_total{job="node-exporter", mode=~"idle|iowait"}[$rate]))
/
count by (node) (node_cpu_seconds_total{job="node-exporter", mode="idle"})
> $limit`,
		Summary:     "{{ $labels.node }} is busy",
		Description: "{{ $value | humanizePercentage }} of the processor time of {{ $labels.node }} has been in use for ten minutes.",
		Dashboard:   dashboards.Kubernetes,
		Runbook: Runbook{
			Meaning: "The node's processors have little time left.",
			Impact:  "None while requests are answered in time. Then everything on the node becomes slow at once, probes too.",
			Investigate: []Step{
				{Do: "Who uses it?", Query: `topk(10, sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{node="$NODE", container!=""}[5m])))`},
				{Do: "Something beside Kubernetes? Then the pods' sum is far below the node's.", Run: "kubectl top nodes\nkubectl top pods -A --sort-by=cpu | head"},
			},
			Fix: []Step{
				{Do: "It is the shop's load: add a node; the autoscaler spreads new pods."},
				{Do: "It is one pod that should not: give it a `cpu.limit` in `Pulumi.<stack>.yaml`."},
			},
			Silence: "During a load test, or for a machine that does other work, too.",
		},
		Datadog: &Query{
			Reduce: "avg", Window: 10 * time.Minute,
			Metric:  Metric{Space: "avg", Name: "system.cpu.idle"},
			By:      []string{"host"},
			Compare: "<", Critical: 100 * (1 - t.limit(maxCPU())),
		},
	}
}
