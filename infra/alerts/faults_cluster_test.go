package alerts_test

import "time"

func podFaults() []firing {
	container := func(severity string) map[string]string {
		return map[string]string{"severity": severity, "namespace": "shop", "pod": "order-api-a", "container": "order-api"}
	}
	return []firing{
		{
			name: "a container that restarts once a minute", alert: "PodRestartingTooOften",
			series: series{
				`kube_pod_container_status_restarts_total{namespace="shop", pod="order-api-a", container="order-api"}`: "0x3 1x3 2x3 3x3 4x3 5x40",
			}, since: 4 * time.Minute,
			labels: container("warning"), summary: "order-api-a restarts too often",
			description: "Container order-api of shop/order-api-a restarted 5 times within ten minutes.",
		},
		{
			name: "a container that waits longer and longer, and runs for a minute in between", alert: "PodCrashLooping",
			series: series{
				`kube_pod_container_status_waiting_reason{namespace="shop", pod="order-api-a", container="order-api", reason="CrashLoopBackOff"}`: "1 _x3 1x2 _x3 1x5 _x3 1x10 _x3 1x20",
			},
			labels: container("critical"), summary: "order-api-a crashes again and again",
			description: "Container order-api of shop/order-api-a is in CrashLoopBackOff.",
		},
		{
			name: "an init container that crashes", alert: "PodCrashLooping",
			series: series{
				`kube_pod_init_container_status_waiting_reason{namespace="shop", pod="order-api-a", container="order-api", reason="CrashLoopBackOff"}`: repeated(1, 60),
			},
			labels: container("critical"), summary: "order-api-a crashes again and again",
			description: "Container order-api of shop/order-api-a is in CrashLoopBackOff.",
		},
		{
			name: "a pod that cannot be placed", alert: "PodNotReady",
			series: series{
				`kube_pod_status_ready{namespace="shop", pod="order-api-a", condition="true"}`:   repeated(0, 60),
				`kube_pod_status_phase{namespace="shop", pod="order-api-a", phase="Pending"}`:    repeated(1, 60),
				`kube_pod_status_phase{namespace="shop", pod="order-api-a", phase="Succeeded"}`:  repeated(0, 60),
				`kube_pod_status_ready{namespace="shop", pod="product-api-a", condition="true"}`: repeated(1, 60),
			},
			labels:  map[string]string{"severity": "warning", "namespace": "shop", "pod": "order-api-a"},
			summary: "order-api-a is not ready", description: "Pod shop/order-api-a has not been ready for ten minutes.",
		},
		{
			name: "a container close to its limit", alert: "ContainerMemoryUsageHigh",
			series: series{
				`container_memory_working_set_bytes{namespace="shop", pod="order-api-a", container="order-api", id="1"}`: repeated(121.6e6, 60),
				`container_spec_memory_limit_bytes{namespace="shop", pod="order-api-a", container="order-api", id="1"}`:  repeated(128e6, 60),
			},
			labels: container("warning"), summary: "order-api-a is almost out of memory",
			description: "Container order-api of shop/order-api-a uses 95% of its memory limit.",
		},
		{
			name: "a container that is held up in three of four periods", alert: "ContainerThrottled",
			series: throttled(75, 100, 100), since: 15 * time.Second,
			labels: container("info"), summary: "order-api wants more processor time than it may have",
			description: "Container order-api of shop/order-api-a was held up in 75% of its periods.",
		},
	}
}

// throttled is a container with the periods of each step, and those of them in which it was held up.
func throttled(held, periods float64, steps int) series {
	labels := `{namespace="shop", pod="order-api-a", container="order-api"}`
	return series{
		"container_cpu_cfs_throttled_periods_total" + labels: growing(held, steps),
		"container_cpu_cfs_periods_total" + labels:           growing(periods, steps),
	}
}

func workloadFaults() []firing {
	warn := func(label, value string) map[string]string {
		return map[string]string{"severity": "warning", "namespace": "shop", label: value}
	}
	return []firing{
		{
			name: "a Deployment of which one pod cannot be made", alert: "DeploymentShortOfReplicas",
			series: series{
				`kube_deployment_spec_replicas{namespace="shop", deployment="order-api"}`:             repeated(3, 60),
				`kube_deployment_status_replicas_available{namespace="shop", deployment="order-api"}`: repeated(2, 60),
			},
			labels: warn("deployment", "order-api"), summary: "order-api lacks pods",
			description: "1 pods of shop/order-api have been missing for ten minutes.",
		},
		{
			name: "a StatefulSet whose pod is not ready", alert: "StatefulSetShortOfReplicas",
			series: series{
				`kube_statefulset_replicas{namespace="shop", statefulset="database"}`:              repeated(1, 60),
				`kube_statefulset_status_replicas_ready{namespace="shop", statefulset="database"}`: repeated(0, 60),
			},
			labels: warn("statefulset", "database"), summary: "database lacks pods",
			description: "1 pods of shop/database have been missing for ten minutes.",
		},
		{
			name: "a node whose agent cannot be placed", alert: "DaemonSetShortOfPods",
			series: series{
				`kube_daemonset_status_desired_number_scheduled{namespace="monitoring-nodes", daemonset="node-exporter"}`: repeated(3, 90),
				`kube_daemonset_status_number_available{namespace="monitoring-nodes", daemonset="node-exporter"}`:         repeated(2, 90),
			},
			labels:  map[string]string{"severity": "warning", "namespace": "monitoring-nodes", "daemonset": "node-exporter"},
			summary: "node-exporter lacks pods", description: "1 nodes have had no working pod of monitoring-nodes/node-exporter for a quarter of an hour.",
		},
		{
			name: "a restore that failed", alert: "JobFailed",
			series: series{`kube_job_failed{namespace="shop", job_name="database-restore-2026", condition="true"}`: "0x8 1x20"}, since: 135 * time.Second,
			labels: warn("job_name", "database-restore-2026"), summary: "Job database-restore-2026 failed",
			description: "Job shop/database-restore-2026 failed and is not tried again.",
		},
		{
			name: "a namespace that has nearly all of its pods", alert: "QuotaAlmostUsed",
			series: series{
				`kube_resourcequota{namespace="shop", resourcequota="shop", resource="pods", type="hard"}`: repeated(40, 90),
				`kube_resourcequota{namespace="shop", resourcequota="shop", resource="pods", type="used"}`: repeated(38, 90),
			},
			labels: warn("resource", "pods"), summary: "The quota of shop is almost used up",
			description: "95% of the pods that shop may have are in use.",
		},
		{
			name: "a rollout that missed its deadline", alert: "RolloutStuck",
			series: series{
				`kube_deployment_status_condition{namespace="shop", deployment="order-api", condition="Progressing", status="false"}`: "0x8 1x30",
				`kube_deployment_status_condition{namespace="shop", deployment="order-api", condition="Progressing", status="true"}`:  "1x8 0x30",
			}, since: 135 * time.Second,
			labels: warn("deployment", "order-api"), summary: "The rollout of order-api is stuck",
			description: "shop/order-api made no progress within its deadline. The pods of the release before go on serving.",
		},
		{
			name: "an autoscaler that wants all it may have", alert: "HPAAtMax",
			series: series{
				`kube_horizontalpodautoscaler_status_desired_replicas{namespace="shop", horizontalpodautoscaler="product-api-hpa"}`: repeated(10, 90),
				`kube_horizontalpodautoscaler_spec_max_replicas{namespace="shop", horizontalpodautoscaler="product-api-hpa"}`:       repeated(10, 90),
				`kube_horizontalpodautoscaler_spec_min_replicas{namespace="shop", horizontalpodautoscaler="product-api-hpa"}`:       repeated(2, 90),
			},
			labels: warn("horizontalpodautoscaler", "product-api-hpa"), summary: "product-api-hpa is at its maximum",
			description: "shop/product-api-hpa has wanted all of its 10 pods for a quarter of an hour.",
		},
		{
			name: "an autoscaler without measurements", alert: "HPABlind",
			series: series{
				`kube_horizontalpodautoscaler_status_condition{namespace="shop", horizontalpodautoscaler="product-api-hpa", condition="ScalingActive", status="false"}`: repeated(1, 90),
			},
			labels: warn("horizontalpodautoscaler", "product-api-hpa"), summary: "product-api-hpa does not see the load",
			description: "shop/product-api-hpa has not been able to compute a number of pods for a quarter of an hour.",
		},
	}
}

// disk is a file system of a node with its size and what is free and available, in gigabytes.
func disk(mountpoint, fstype string, size, free, available float64, steps int) series {
	labels := `{job="node-exporter", node="node-1", device="/dev/sda", mountpoint="` + mountpoint + `", fstype="` + fstype + `"}`
	return series{
		"node_filesystem_size_bytes" + labels:  repeated(size*1e9, steps),
		"node_filesystem_free_bytes" + labels:  repeated(free*1e9, steps),
		"node_filesystem_avail_bytes" + labels: repeated(available*1e9, steps),
		"node_filesystem_readonly" + labels:    repeated(0, steps),
	}
}

func nodeFaults() []firing {
	node := func(severity string) map[string]string {
		return map[string]string{"severity": severity, "node": "node-1"}
	}
	return []firing{
		{
			name: "a node that is silent", alert: "NodeNotReady",
			series: series{
				`kube_node_status_condition{node="node-1", condition="Ready", status="true"}`: repeated(0, 60),
				`kube_node_status_condition{node="node-2", condition="Ready", status="true"}`: repeated(1, 60),
			},
			labels: node("critical"), summary: "Node node-1 is not ready",
			description: "The kubelet of node-1 has not said for five minutes that it can run pods.",
		},
		{
			name: "a disk that is nearly full, mounted twice", alert: "HighDiskUsage",
			series:  with(disk("/", "ext4", 100, 12, 10, 60), disk("/var/lib/kubelet", "ext4", 100, 12, 10, 60)),
			labels:  map[string]string{"severity": "warning", "node": "node-1", "device": "/dev/sda"},
			summary: "The disk of node-1 fills up", description: "/dev/sda of node-1 is 89.8% full, in bytes or in inodes.",
		},
		{
			name: "a disk that is full of small files", alert: "HighDiskUsage",
			series: with(disk("/", "ext4", 100, 80, 75, 60), series{
				`node_filesystem_files{job="node-exporter", node="node-1", device="/dev/sda", mountpoint="/", fstype="ext4"}`:      repeated(1e6, 60),
				`node_filesystem_files_free{job="node-exporter", node="node-1", device="/dev/sda", mountpoint="/", fstype="ext4"}`: repeated(5e4, 60),
			}),
			labels:  map[string]string{"severity": "warning", "node": "node-1", "device": "/dev/sda"},
			summary: "The disk of node-1 fills up", description: "/dev/sda of node-1 is 95% full, in bytes or in inodes.",
		},
		{
			name: "a node that has no node-exporter", alert: "NodeExporterMissing",
			series: series{
				`kube_node_info{node="node-1"}`:                               repeated(1, 90),
				`kube_node_info{node="node-2"}`:                               repeated(1, 90),
				`up{job="node-exporter", node="node-2", instance="10.0.0.2"}`: repeated(1, 90),
			},
			labels: node("warning"), summary: "Node node-1 is not measured",
			description: "No node-exporter has been found on node-1 for a quarter of an hour.",
		},
		{
			name: "a node without memory", alert: "HighMemoryUsage",
			series: series{
				`node_memory_MemAvailable_bytes{job="node-exporter", node="node-1"}`: repeated(0.5e9, 60),
				`node_memory_MemTotal_bytes{job="node-exporter", node="node-1"}`:     repeated(8e9, 60),
			},
			labels: node("warning"), summary: "node-1 is almost out of memory",
			description: "93.75% of the memory of node-1 is in use.",
		},
		{
			name: "a node whose two processors do nothing but work", alert: "HighCPUUsage",
			series: series{
				`node_cpu_seconds_total{job="node-exporter", node="node-1", cpu="0", mode="idle"}`:   growing(1.5, 90),
				`node_cpu_seconds_total{job="node-exporter", node="node-1", cpu="1", mode="idle"}`:   growing(1.5, 90),
				`node_cpu_seconds_total{job="node-exporter", node="node-1", cpu="0", mode="iowait"}`: growing(0, 90),
			}, since: 15 * time.Second,
			labels: node("warning"), summary: "node-1 is busy",
			description: "90% of the processor time of node-1 has been in use for ten minutes.",
		},
	}
}
