package alerts_test

import (
	"fmt"
	"time"
)

// harmless is what a healthy shop does, and what is not yet a fault.
func harmless() []silent {
	return slicesOf(healthyServices, healthyPods, healthyWorkloads, healthyNodes, healthyData, healthyCertificates, healthyMonitoring, healthyBudgets, healthyOutside, healthyReconciliation, healthyEvents)
}

func healthyServices() []silent {
	return []silent{
		{name: "one of two pods does not answer", alert: "ServiceDown", until: 10 * time.Minute, series: with(serving(50), series{
			`up{job="services", namespace="shop", service="order-api", pod="order-api-b"}`: repeated(0, 50),
		})},
		{name: "a restart of a minute", alert: "ServiceDown", until: 10 * time.Minute,
			series: with(serving(50), series{up("order-api"): "1x8 0x4 1x30"})},
		{name: "a service of another stack", alert: "ServiceDown", until: 10 * time.Minute, series: with(serving(50), series{
			`up{job="services", namespace="other", service="order-api", pod="a"}`: repeated(0, 50),
		})},
		{name: "four requests in a hundred fail", alert: "HighErrorRate", until: 20 * time.Minute, series: series{
			requests("product-api", "GET", "/api/products", "200"): growing(96, 90),
			requests("product-api", "GET", "/api/products", "500"): growing(4, 90),
		}},
		{name: "everything fails for three minutes", alert: "HighErrorRate", until: 20 * time.Minute, series: series{
			requests("product-api", "GET", "/api/products", "200"): "0+100x20 2000x12 2100+100x50",
			requests("product-api", "GET", "/api/products", "503"): "0x20 100+100x11 1200x50",
		}},
		{name: "readiness probes that fail while pods drain", alert: "HighErrorRate", until: 20 * time.Minute, series: series{
			requests("product-api", "GET", "/api/products", "200"): growing(1, 90),
			requests("product-api", "GET", "/ready", "503"):        growing(100, 90),
		}},
		{name: "nobody asks for anything", alert: "HighErrorRate", until: 20 * time.Minute, series: series{
			requests("product-api", "GET", "/api/products", "500"): repeated(7, 90),
		}},
		{name: "requests take less than two seconds", alert: "HighAPIResponseTime", until: 20 * time.Minute,
			series: slow("product-api", "GET", "/api/products", "1", "2", 90)},
		{name: "nobody asks, after a slow time", alert: "HighAPIResponseTime", until: 20 * time.Minute, series: series{
			took("product-api", "GET", "/api/products", "2"):    repeated(0, 90),
			took("product-api", "GET", "/api/products", "5"):    repeated(50, 90),
			took("product-api", "GET", "/api/products", "+Inf"): repeated(50, 90),
		}},
		{name: "one client that exceeds its own limit, a hundred times as often as others come", alert: "RequestsShed", until: 20 * time.Minute, series: series{
			requests("frontend", "GET", "/", "200"): growing(10, 90),
			requests("frontend", "GET", "/", "429"): growing(1000, 90),
			refused("frontend", "/", "client"):      growing(1000, 90),
			refused("frontend", "/", "places"):      repeated(0, 90),
		}},
		{name: "such a client, seen by what pages", alert: "HighErrorRate", until: 20 * time.Minute, series: series{
			requests("frontend", "GET", "/", "200"): growing(10, 90),
			requests("frontend", "GET", "/", "429"): growing(1000, 90),
		}},
		{name: "a crowd that fills the service for three minutes", alert: "RequestsShed", until: 20 * time.Minute, series: series{
			requests("frontend", "GET", "/", "200"): growing(100, 90),
			requests("frontend", "GET", "/", "503"): "0x20 100+100x11 1200x50",
			refused("frontend", "/", "places"):      "0x20 100+100x11 1200x50",
		}},
		{name: "five requests in a thousand are refused", alert: "RequestsShed", until: 20 * time.Minute, series: series{
			requests("frontend", "GET", "/", "200"): growing(995, 90),
			requests("frontend", "GET", "/", "503"): growing(5, 90),
			refused("frontend", "/", "places"):      growing(5, 90),
		}},
		{name: "orders that are refused for want of stock", alert: "OrdersFailing", until: 20 * time.Minute, series: series{
			requests("order-api", "POST", "/api/orders", "201"): growing(10, 90),
			requests("order-api", "POST", "/api/orders", "409"): growing(90, 90),
		}},
		{name: "lists of orders that fail", alert: "OrdersFailing", until: 20 * time.Minute, series: with(
			failing("order-api", "GET", "/api/orders", 90),
			series{requests("order-api", "POST", "/api/orders", "201"): growing(10, 90)},
		)},
		{name: "orders take less than a second", alert: "CheckoutSlow", until: 20 * time.Minute,
			series: slow("order-api", "POST", "/api/orders", "0.5", "1", 90)},
		{name: "an order that was pending for five minutes", alert: "OrdersPending", until: 20 * time.Minute, series: series{
			`orders_pending_oldest_seconds{job="services", namespace="shop", service="order-api", pod="a"}`: "0+15x20 0x60",
		}},
		{name: "a product that is restocked within half an hour", alert: "StockExhausted", until: 50 * time.Minute, series: series{
			`product_stock{job="services", namespace="shop", service="product-api", pod="a", product="4"}`: "0x110 50x100",
		}},
		{name: "a replica that cannot read the store", alert: "StockExhausted", until: 50 * time.Minute, series: series{
			`product_stock{job="services", namespace="shop", service="product-api", pod="a", product="4"}`: repeated(3, 200),
			`product_stock{job="services", namespace="shop", service="product-api", pod="b", product="4"}`: "3x10 _x190",
		}},
	}
}

func healthyPods() []silent {
	restarts := `kube_pod_container_status_restarts_total{namespace="shop", pod="order-api-a", container="order-api"}`
	waiting := `kube_pod_container_status_waiting_reason{namespace="shop", pod="order-api-a", container="order-api", reason="CrashLoopBackOff"}`
	ready := `kube_pod_status_ready{namespace="shop", pod="backup-1", condition="true"}`
	phase := func(phase string) string {
		return `kube_pod_status_phase{namespace="shop", pod="backup-1", phase="` + phase + `"}`
	}
	memory := func(limit float64) series {
		return series{
			`container_memory_working_set_bytes{namespace="shop", pod="order-api-a", container="order-api"}`: repeated(100e6, 60),
			`container_spec_memory_limit_bytes{namespace="shop", pod="order-api-a", container="order-api"}`:  repeated(limit, 60),
		}
	}
	return []silent{
		{name: "three restarts in ten minutes", alert: "PodRestartingTooOften", until: 25 * time.Minute,
			series: series{restarts: "0x3 1x3 2x3 3x100"}},
		{name: "a pod of that name with fewer restarts than the one before", alert: "PodRestartingTooOften", until: 25 * time.Minute,
			series: series{restarts: "2x10 0x100"}},
		{name: "a pod that restarted often and is gone", alert: "PodRestartingTooOften", until: 25 * time.Minute,
			series: series{restarts: "0x3 1x3 2x3 3x3 4x3 5x3 stale _x80"}},
		{name: "a pod that waits for its database through three crashes", alert: "PodCrashLooping", until: 15 * time.Minute,
			series: series{waiting: "1 _ 1 1 _ 1x3 _x40"}},
		{name: "another reason to wait", alert: "PodCrashLooping", until: 15 * time.Minute, series: series{
			`kube_pod_container_status_waiting_reason{namespace="shop", pod="order-api-a", container="order-api", reason="ContainerCreating"}`: repeated(1, 60),
		}},
		{name: "crashes in a namespace that is not ours", alert: "PodCrashLooping", until: 15 * time.Minute, series: series{
			`kube_pod_container_status_waiting_reason{namespace="other", pod="a", container="a", reason="CrashLoopBackOff"}`: repeated(1, 60),
		}},
		{name: "a finished Job", alert: "PodNotReady", until: 30 * time.Minute,
			series: series{ready: repeated(0, 130), phase("Succeeded"): repeated(1, 130), phase("Failed"): repeated(0, 130)}},
		{name: "a failed Job", alert: "PodNotReady", until: 30 * time.Minute,
			series: series{ready: repeated(0, 130), phase("Succeeded"): repeated(0, 130), phase("Failed"): repeated(1, 130)}},
		{name: "a pod that starts for five minutes", alert: "PodNotReady", until: 30 * time.Minute,
			series: series{ready: "0x20 1x110", phase("Pending"): "1x20 0x110", phase("Succeeded"): repeated(0, 130), phase("Failed"): repeated(0, 130)}},
		{name: "a container without a limit", alert: "ContainerMemoryUsageHigh", until: 12 * time.Minute, series: memory(0)},
		{name: "a container that uses three quarters", alert: "ContainerMemoryUsageHigh", until: 12 * time.Minute, series: memory(134e6)},
		{name: "a container that is held up now and then", alert: "ContainerThrottled", until: 25 * time.Minute,
			series: throttled(40, 100, 110)},
		{name: "a busy quarter of an hour, all but two minutes", alert: "ContainerThrottled", until: 30 * time.Minute, series: series{
			`container_cpu_cfs_throttled_periods_total{namespace="shop", pod="order-api-a", container="order-api"}`: "0+90x48 4320x80",
			`container_cpu_cfs_periods_total{namespace="shop", pod="order-api-a", container="order-api"}`:           growing(100, 130),
		}},
	}
}

func healthyWorkloads() []silent {
	deployment := func(wanted, available string) series {
		return series{
			`kube_deployment_spec_replicas{namespace="shop", deployment="order-api"}`:             wanted,
			`kube_deployment_status_replicas_available{namespace="shop", deployment="order-api"}`: available,
		}
	}
	autoscaler := func(desired, least, most float64) series {
		labels := `{namespace="shop", horizontalpodautoscaler="product-api-hpa"}`
		return series{
			"kube_horizontalpodautoscaler_status_desired_replicas" + labels: repeated(desired, 130),
			"kube_horizontalpodautoscaler_spec_max_replicas" + labels:       repeated(most, 130),
			"kube_horizontalpodautoscaler_spec_min_replicas" + labels:       repeated(least, 130),
		}
	}
	return []silent{
		{name: "a rollout with one pod more than wanted", alert: "DeploymentShortOfReplicas", until: 20 * time.Minute,
			series: deployment(repeated(3, 90), repeated(4, 90))},
		{name: "an autoscaler that grows", alert: "DeploymentShortOfReplicas", until: 20 * time.Minute,
			series: deployment("2x20 4x20 8x50", "2x24 4x20 8x46")},
		{name: "a pod that is replaced within minutes", alert: "StatefulSetShortOfReplicas", until: 20 * time.Minute, series: series{
			`kube_statefulset_replicas{namespace="shop", statefulset="database"}`:              repeated(1, 90),
			`kube_statefulset_status_replicas_ready{namespace="shop", statefulset="database"}`: "1x20 0x20 1x50",
		}},
		{name: "a node that joins the cluster", alert: "DaemonSetShortOfPods", until: 30 * time.Minute, series: series{
			`kube_daemonset_status_desired_number_scheduled{namespace="monitoring-nodes", daemonset="node-exporter"}`: "2x20 3x110",
			`kube_daemonset_status_number_available{namespace="monitoring-nodes", daemonset="node-exporter"}`:         "2x40 3x90",
		}},
		{name: "a DaemonSet of the cluster's own", alert: "DaemonSetShortOfPods", until: 30 * time.Minute, series: series{
			`kube_daemonset_status_desired_number_scheduled{namespace="kube-system", daemonset="kube-proxy"}`: repeated(3, 130),
			`kube_daemonset_status_number_available{namespace="kube-system", daemonset="kube-proxy"}`:         repeated(2, 130),
		}},
		{name: "a Job that ended well", alert: "JobFailed", until: 10 * time.Minute, series: series{
			`kube_job_failed{namespace="shop", job_name="database-restore-1", condition="true"}`:  repeated(0, 60),
			`kube_job_failed{namespace="shop", job_name="database-restore-1", condition="false"}`: repeated(1, 60),
		}},
		{name: "a backup that failed and is due again", alert: "JobFailed", until: 10 * time.Minute, series: series{
			`kube_job_failed{namespace="shop", job_name="database-backup-29000000", condition="true"}`: repeated(1, 60),
		}},
		{name: "a quota whose volumes are all in use, and a rollout", alert: "QuotaAlmostUsed", until: 30 * time.Minute, series: series{
			`kube_resourcequota{namespace="shop", resourcequota="shop", resource="persistentvolumeclaims", type="hard"}`: repeated(2, 130),
			`kube_resourcequota{namespace="shop", resourcequota="shop", resource="persistentvolumeclaims", type="used"}`: repeated(2, 130),
			`kube_resourcequota{namespace="shop", resourcequota="shop", resource="pods", type="hard"}`:                   repeated(40, 130),
			`kube_resourcequota{namespace="shop", resourcequota="shop", resource="pods", type="used"}`:                   "20x20 38x20 20x90",
		}},
		{name: "a rollout that goes on", alert: "RolloutStuck", until: 20 * time.Minute, series: series{
			`kube_deployment_status_condition{namespace="shop", deployment="order-api", condition="Progressing", status="false"}`: repeated(0, 90),
			`kube_deployment_status_condition{namespace="shop", deployment="order-api", condition="Available", status="false"}`:   repeated(1, 90),
		}},
		{name: "one pod less than the maximum", alert: "HPAAtMax", until: 30 * time.Minute, series: autoscaler(9, 2, 10)},
		{name: "an autoscaler that has no choice", alert: "HPAAtMax", until: 30 * time.Minute, series: autoscaler(2, 2, 2)},
		{name: "an autoscaler that sees its pods", alert: "HPABlind", until: 30 * time.Minute, series: series{
			`kube_horizontalpodautoscaler_status_condition{namespace="shop", horizontalpodautoscaler="product-api-hpa", condition="ScalingActive", status="false"}`:  "1x20 0x110",
			`kube_horizontalpodautoscaler_status_condition{namespace="shop", horizontalpodautoscaler="product-api-hpa", condition="ScalingLimited", status="false"}`: repeated(1, 130),
		}},
	}
}

func healthyNodes() []silent {
	return []silent{
		{name: "a node whose exporter is down, which TargetDown says", alert: "NodeExporterMissing", until: 30 * time.Minute, series: series{
			`kube_node_info{node="node-1"}`:                               repeated(1, 130),
			`up{job="node-exporter", node="node-1", instance="10.0.0.1"}`: "1x40 0x90",
		}},
		{name: "a node that restarts within four minutes", alert: "NodeNotReady", until: 20 * time.Minute, series: series{
			`kube_node_status_condition{node="node-1", condition="Ready", status="true"}`: "1x8 0x16 1x60",
		}},
		{name: "a disk of which much is reserved", alert: "HighDiskUsage", until: 10 * time.Minute,
			series: disk("/", "ext4", 252, 212, 53, 50)},
		{name: "a file system in memory that is full", alert: "HighDiskUsage", until: 10 * time.Minute,
			series: disk("/run", "tmpfs", 1, 0, 0, 50)},
		{name: "an image that is mounted and full", alert: "HighDiskUsage", until: 10 * time.Minute,
			series: disk("/snap/core", "squashfs", 1, 0, 0, 50)},
		{name: "a node that uses its memory for caches", alert: "HighMemoryUsage", until: 10 * time.Minute, series: series{
			`node_memory_MemAvailable_bytes{job="node-exporter", node="node-1"}`: repeated(6e9, 50),
			`node_memory_MemFree_bytes{job="node-exporter", node="node-1"}`:      repeated(0.1e9, 50),
			`node_memory_MemTotal_bytes{job="node-exporter", node="node-1"}`:     repeated(8e9, 50),
		}},
		{name: "a node that waits for its disk", alert: "HighCPUUsage", until: 25 * time.Minute, series: series{
			`node_cpu_seconds_total{job="node-exporter", node="node-1", cpu="0", mode="idle"}`:   growing(1.5, 110),
			`node_cpu_seconds_total{job="node-exporter", node="node-1", cpu="0", mode="iowait"}`: growing(12, 110),
		}},
		{name: "a compiler that runs for eight minutes", alert: "HighCPUUsage", until: 25 * time.Minute, series: series{
			`node_cpu_seconds_total{job="node-exporter", node="node-1", cpu="0", mode="idle"}`: "0+14x20 280x32 294+14x60",
		}},
	}
}

func healthyData() []silent {
	return []silent{
		{name: "a volume that is nine tenths full", alert: "VolumeAlmostFull", until: 12 * time.Minute,
			series: volume(repeated(9e9, 60), repeated(1e9, 60))},
		{name: "a volume on a disk of which much is reserved", alert: "VolumeAlmostFull", until: 12 * time.Minute,
			series: volume(repeated(40e9, 60), repeated(53e9, 60))},
		{name: "a volume that was half full within a quarter of an hour, for the first time", alert: "VolumeFilling", until: 50 * time.Minute,
			step: time.Minute, series: volume("0+400000000x15 6000000000x40", "10000000000-400000000x15 4000000000x40")},
		{name: "a volume that fills within weeks", alert: "VolumeFilling", until: 8 * time.Hour, step: 5 * time.Minute,
			series: volume("6000000000+1000000x100", "4000000000-1000000x100")},
		{name: "a volume that fills fast but is nearly empty", alert: "VolumeFilling", until: 8 * time.Hour, step: 5 * time.Minute,
			series: volume("0+40000000x100", "10000000000-40000000x100")},
		{name: "a restart of half a minute", alert: "DatabaseDown", until: 10 * time.Minute,
			series: series{`pg_up{job="postgres-exporter", namespace="shop"}`: "1x8 0x2 1x40"}},
		{name: "no exporter", alert: "DatabaseDown", until: 10 * time.Minute, series: series{}},
		{name: "two deadlocks, and a server that starts anew", alert: "DatabaseDeadlocks", until: 20 * time.Minute, series: series{
			`pg_stat_database_deadlocks{job="postgres-exporter", namespace="shop", datname="orders"}`: "5x20 6x10 7x20 0x50",
		}},
		{name: "half of the connections are taken", alert: "DatabaseConnectionsHigh", until: 12 * time.Minute, series: series{
			`pg_stat_activity_count{job="postgres-exporter", namespace="shop", datname="orders", state="idle"}`: repeated(50, 60),
			`pg_settings_max_connections{job="postgres-exporter", namespace="shop"}`:                            repeated(100, 60),
		}},
		{name: "a backup that takes almost an hour", alert: "BackupTooOld", until: 4 * time.Hour, step: time.Minute,
			series: backup("0x300", "0x9 600x290", "300x66 4200x240", "90000x300", 0, 300)},
		{name: "a new database, before the first backup is due", alert: "BackupTooOld", until: 4 * time.Hour, step: time.Minute,
			series: backup("0x300", "", "", "90000x300", 0, 300)},
	}
}

func healthyCertificates() []silent {
	ends := `nginx_ingress_controller_ssl_expire_time_seconds{host="shop.example.com", namespace="shop"}`
	other := `nginx_ingress_controller_ssl_expire_time_seconds{host="_", namespace=""}`
	return []silent{
		{name: "a certificate for 45 days that is renewed after 30", alert: "CertificateExpiring", until: 860 * time.Hour, step: time.Hour,
			series: series{ends: fmt.Sprintf("%dx720 %dx150", 45*86400, 75*86400)}},
		{name: "a certificate for 6 days that is renewed after 4", alert: "CertificateExpiring", until: 190 * time.Hour, step: time.Hour,
			series: series{ends: fmt.Sprintf("%dx96 %dx100", 6*86400, 10*86400)}},
		{name: "a certificate for 6 days that is renewed after 4", alert: "CertificateAboutToExpire", until: 190 * time.Hour, step: time.Hour,
			series: series{ends: fmt.Sprintf("%dx96 %dx100", 6*86400, 10*86400)}},
		{name: "the controller's own, which nobody sees", alert: "CertificateExpiring", until: 3 * time.Hour, step: time.Minute,
			series: series{other: repeated(86400, 200)}},
		{name: "a certificate that ends in a week", alert: "CertificateAboutToExpire", until: 20 * time.Minute, step: time.Minute,
			series: series{ends: repeated(7*86400, 30)}},
		{name: "clients whose certificates last for a month and more", alert: "ClientCertificateExpiring", until: 40 * time.Minute, series: series{
			`apiserver_client_certificate_expiration_seconds_bucket{job="apiserver", le="604800"}`:  growing(0, 170),
			`apiserver_client_certificate_expiration_seconds_bucket{job="apiserver", le="2592000"}`: growing(0, 170),
			`apiserver_client_certificate_expiration_seconds_bucket{job="apiserver", le="+Inf"}`:    growing(10, 170),
		}},
		{name: "no client with a certificate", alert: "ClientCertificateExpiring", until: 40 * time.Minute, series: series{
			`apiserver_client_certificate_expiration_seconds_bucket{job="apiserver", le="604800"}`: repeated(0, 170),
			`apiserver_client_certificate_expiration_seconds_bucket{job="apiserver", le="+Inf"}`:   repeated(0, 170),
		}},
	}
}

func healthyMonitoring() []silent {
	all := series{}
	for _, job := range shop().Jobs {
		all[`up{job="`+job+`", instance="`+job+`"}`] = repeated(1, 90)
	}
	return []silent{
		{name: "a target that restarts", alert: "TargetDown", until: 20 * time.Minute,
			series: series{`up{job="grafana", instance="10.0.0.1:3000"}`: "1x8 0x20 1x60"}},
		{name: "every job has a target", alert: "TargetsMissing", until: 20 * time.Minute, series: all},
		{name: "Prometheus has its configuration", alert: "PrometheusReloadFailed", until: 20 * time.Minute,
			series: series{`prometheus_config_last_reload_successful{job="prometheus", namespace="monitoring", pod="prometheus-0"}`: "0x8 1x80"}},
		{name: "Alertmanager has its configuration", alert: "AlertmanagerReloadFailed", until: 20 * time.Minute,
			series: series{`alertmanager_config_last_reload_successful{job="alertmanager", namespace="monitoring", pod="alertmanager-0"}`: "0x8 1x80"}},
		{name: "one rule that failed once", alert: "RulesFailing", until: 20 * time.Minute,
			series: series{`prometheus_rule_evaluation_failures_total{job="prometheus", rule_group="nodes"}`: "0x10 1x80"}},
		{name: "an Alertmanager that is not there yet when Prometheus starts", alert: "AlertsUndelivered", until: 20 * time.Minute, series: series{
			`prometheus_notifications_alertmanagers_discovered{job="prometheus", namespace="monitoring", pod="prometheus-0"}`: "0x8 1x80",
			`prometheus_notifications_errors_total{job="prometheus", namespace="monitoring", pod="prometheus-0"}`:             "0+1x8 8x80",
		}},
		{name: "one notification in twenty that fails", alert: "NotificationsFailing", until: 20 * time.Minute, series: series{
			`alertmanager_notifications_failed_total{job="alertmanager", integration="slack"}`: growing(1, 90),
			`alertmanager_notifications_total{job="alertmanager", integration="slack"}`:        growing(20, 90),
		}},
		{name: "one notification of a quiet night that failed, and arrived a minute later", alert: "NotificationsFailing", until: 20 * time.Minute, series: series{
			`alertmanager_notifications_failed_total{job="alertmanager", integration="slack"}`: "0x20 1x70",
			`alertmanager_notifications_total{job="alertmanager", integration="slack"}`:        "0x20 1x4 2x66",
		}},
		{name: "nobody to notify", alert: "NotificationsFailing", until: 20 * time.Minute, series: series{
			`alertmanager_notifications_failed_total{job="alertmanager", integration="slack"}`: repeated(0, 90),
			`alertmanager_notifications_total{job="alertmanager", integration="slack"}`:        repeated(0, 90),
		}},
		{name: "remote write that keeps up", alert: "RemoteWriteBehind", until: 30 * time.Minute,
			series: series{`prometheus_remote_storage_queue_highest_sent_timestamp_seconds{job="prometheus", remote_name="archive"}`: "0+15x130"}},
	}
}

func healthyBudgets() []silent {
	return []silent{
		{name: "nine failures in an hour of a quiet shop", alert: "ErrorBudgetBurningFast", until: 3 * time.Hour, step: time.Minute, series: series{
			requests("order-api", "POST", "/api/orders", "201"): growing(0.4, 200),
			requests("order-api", "POST", "/api/orders", "500"): "0x80 1x5 2x5 3x5 4x5 5x5 6x5 7x5 8x5 9x80",
		}},
		{name: "everything fails for half a minute of an hour", alert: "ErrorBudgetBurningFast", until: 3 * time.Hour, step: time.Minute, series: series{
			requests("order-api", "POST", "/api/orders", "201"): growing(100, 200),
			requests("order-api", "POST", "/api/orders", "500"): "0x80 50x120",
		}},
		{name: "a bad minute just after everything was installed", alert: "ErrorBudgetBurningFast", until: 50 * time.Minute, step: time.Minute, series: series{
			requests("order-api", "POST", "/api/orders", "201"): growing(100, 60),
			requests("order-api", "POST", "/api/orders", "500"): "0x5 100x55",
		}},
		{name: "half of what the budget allows", alert: "ErrorBudgetBurningSlowly", until: 30 * time.Hour, step: 2 * time.Minute, series: series{
			requests("order-api", "POST", "/api/orders", "201"): growing(19990, 1000),
			requests("order-api", "POST", "/api/orders", "500"): growing(10, 1000),
		}},
	}
}
