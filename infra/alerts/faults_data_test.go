package alerts_test

import "time"

// volume is a claim with what is used and available, in promtool's notation.
func volume(used, available string) series {
	return series{
		`kubelet_volume_stats_used_bytes{namespace="shop", persistentvolumeclaim="database-data", node="node-1"}`:      used,
		`kubelet_volume_stats_available_bytes{namespace="shop", persistentvolumeclaim="database-data", node="node-1"}`: available,
	}
}

// backup is the CronJob with its times in seconds; -1 is a time that it does not have.
func backup(created, scheduled, successful, next string, suspended float64, steps int) series {
	labels := `{namespace="shop", cronjob="database-backup"}`
	all := series{"kube_cronjob_created" + labels: created, "kube_cronjob_spec_suspend" + labels: repeated(suspended, steps)}
	for name, values := range map[string]string{
		"kube_cronjob_status_last_schedule_time": scheduled, "kube_cronjob_status_last_successful_time": successful,
		"kube_cronjob_next_schedule_time": next,
	} {
		if values != "" {
			all[name+labels] = values
		}
	}
	return all
}

func dataFaults() []firing {
	claim := func(severity string) map[string]string {
		return map[string]string{"severity": severity, "namespace": "shop", "persistentvolumeclaim": "database-data"}
	}
	job := map[string]string{"severity": "warning", "namespace": "shop", "cronjob": "database-backup"}
	failed := firing{
		alert: "BackupTooOld", step: time.Minute, labels: job, summary: "The last backup failed",
		description: "The backup of the database in shop that was due last has not succeeded.",
	}
	never, due, paused := failed, failed, failed
	failed.name, failed.series = "a backup that failed", backup("0x300", "0x9 600x290", "300x300", "90000x300", 0, 300)
	failed.since = 10 * time.Minute
	never.name, never.series = "a database that was never backed up", backup("0x300", "0x9 600x290", "", "90000x300", 0, 300)
	never.since = 10 * time.Minute
	due.name, due.series = "a backup that is never begun", backup("0x300", "", "", "600x300", 0, 300)
	due.since = 11 * time.Minute
	paused.name, paused.series = "backups that somebody suspended", backup("0x300", "", "", "", 1, 300)
	return []firing{
		{
			name: "a volume with next to no room", alert: "VolumeAlmostFull",
			series: volume(repeated(9.7e9, 60), repeated(0.3e9, 60)),
			labels: claim("critical"), summary: "Volume database-data is almost full",
			description: "shop/database-data is 97% full, in bytes or in inodes. What writes to it fails when it is full.",
		},
		{
			name: "a volume that is full of small files", alert: "VolumeAlmostFull",
			series: with(volume(repeated(1e9, 60), repeated(9e9, 60)), series{
				`kubelet_volume_stats_inodes{namespace="shop", persistentvolumeclaim="database-data", node="node-1"}`:      repeated(1000, 60),
				`kubelet_volume_stats_inodes_used{namespace="shop", persistentvolumeclaim="database-data", node="node-1"}`: repeated(990, 60),
			}),
			labels: claim("critical"), summary: "Volume database-data is almost full",
			description: "shop/database-data is 99% full, in bytes or in inodes. What writes to it fails when it is full.",
		},
		{
			name: "the volume of Prometheus itself", alert: "VolumeAlmostFull",
			series: series{
				`kubelet_volume_stats_used_bytes{namespace="monitoring", persistentvolumeclaim="prometheus-data", node="node-1"}`:      repeated(9.8e9, 60),
				`kubelet_volume_stats_available_bytes{namespace="monitoring", persistentvolumeclaim="prometheus-data", node="node-1"}`: repeated(0.2e9, 60),
			},
			labels:      map[string]string{"severity": "critical", "namespace": "monitoring", "persistentvolumeclaim": "prometheus-data"},
			summary:     "Volume prometheus-data is almost full",
			description: "monitoring/prometheus-data is 98% full, in bytes or in inodes. What writes to it fails when it is full.",
		},
		{
			name: "a volume that loses a gigabyte in an hour and has three left", alert: "VolumeFilling", step: 5 * time.Minute,
			series: volume("6000000000+80000000x40", "4000000000-80000000x40"), since: time.Hour,
			labels: claim("warning"), summary: "Volume database-data will be full within a day",
			description: "shop/database-data is 75.2% full, and at the pace of the last six hours it will be full within a day.",
		},
		{
			name: "PostgreSQL does not answer its exporter", alert: "DatabaseDown",
			series: series{`pg_up{job="postgres-exporter", namespace="shop", pod="exporter-a"}`: "1x8 0x20"}, since: 135 * time.Second,
			labels:  map[string]string{"severity": "critical", "namespace": "shop"},
			summary: "The database is down", description: "PostgreSQL in shop does not answer.",
		},
		{
			name: "PostgreSQL's pod is not ready", alert: "DatabaseDown",
			series: series{
				`kube_statefulset_status_replicas_ready{namespace="shop", statefulset="database"}`: repeated(0, 30),
				`pg_up{job="postgres-exporter", namespace="shop", pod="exporter-a"}`:               repeated(1, 30),
			},
			labels:  map[string]string{"severity": "critical", "namespace": "shop"},
			summary: "The database is down", description: "PostgreSQL in shop does not answer.",
		},
		{
			name: "most connections are taken", alert: "DatabaseConnectionsHigh",
			series: series{
				`pg_stat_activity_count{job="postgres-exporter", namespace="shop", datname="orders", state="idle"}`:     repeated(60, 60),
				`pg_stat_activity_count{job="postgres-exporter", namespace="shop", datname="products", state="active"}`: repeated(30, 60),
				`pg_settings_max_connections{job="postgres-exporter", namespace="shop"}`:                                repeated(100, 60),
			},
			labels:  map[string]string{"severity": "warning", "namespace": "shop"},
			summary: "The database is almost out of connections", description: "90% of PostgreSQL's connections in shop are in use.",
		},
		{
			name: "transactions that wait for each other", alert: "DatabaseDeadlocks",
			series: series{
				`pg_stat_database_deadlocks{job="postgres-exporter", namespace="shop", datname="orders"}`:   "0x20 4x40",
				`pg_stat_database_deadlocks{job="postgres-exporter", namespace="shop", datname="products"}`: repeated(7, 60),
			}, since: 5*time.Minute + 15*time.Second,
			labels:  map[string]string{"severity": "warning", "namespace": "shop"},
			summary: "Transactions block each other", description: "PostgreSQL in shop ended 4 transactions within ten minutes that waited for each other.",
		},
		failed, never, due, paused,
	}
}

func certificateFaults() []firing {
	ends := `nginx_ingress_controller_ssl_expire_time_seconds{host="shop.example.com", class="nginx", namespace="shop", secret_name="tls"}`
	return []firing{
		{
			name: "a certificate for 45 days that nobody renews", alert: "CertificateExpiring", step: time.Hour,
			series: series{ends: repeated(45*86400, 900)}, since: 841 * time.Hour,
			labels: map[string]string{"severity": "warning", "host": "shop.example.com"}, summary: "The certificate of shop.example.com was not renewed",
			description: "The certificate that visitors of shop.example.com see ends in 9d 21h 0m 0s. It should have been renewed by now.",
		},
		{
			name: "a certificate for 6 days that nobody renews", alert: "CertificateExpiring", step: time.Hour,
			series: series{ends: repeated(6*86400, 140)}, since: 109 * time.Hour,
			labels: map[string]string{"severity": "warning", "host": "shop.example.com"}, summary: "The certificate of shop.example.com was not renewed",
			description: "The certificate that visitors of shop.example.com see ends in 1d 9h 0m 0s. It should have been renewed by now.",
		},
		{
			name: "a certificate for 6 days in its last hours, as the probe sees it", alert: "CertificateAboutToExpire", step: time.Hour,
			series: series{
				`probe_ssl_earliest_cert_expiry{job="probe-public", namespace="shop", service="frontend", target="https://shop.example.com/ready"}`: repeated(6*86400, 140),
			}, since: 130 * time.Hour,
			labels: map[string]string{"severity": "critical", "host": "shop.example.com"}, summary: "The certificate of shop.example.com is about to end",
			description: "The certificate that visitors of shop.example.com see ends in 13h 0m 0s.",
		},
		{
			name: "a certificate of unknown age that ends within a day", alert: "CertificateExpiring", step: time.Minute,
			series: series{ends: repeated(86400, 90)}, since: time.Minute,
			labels: map[string]string{"severity": "warning", "host": "shop.example.com"}, summary: "The certificate of shop.example.com was not renewed",
			description: "The certificate that visitors of shop.example.com see ends in 22h 58m 0s. It should have been renewed by now.",
		},
		{
			name: "a client whose certificate ends within a week", alert: "ClientCertificateExpiring",
			series: series{
				`apiserver_client_certificate_expiration_seconds_bucket{job="apiserver", le="345600"}`: growing(0, 90),
				`apiserver_client_certificate_expiration_seconds_bucket{job="apiserver", le="604800"}`: growing(1, 90),
				`apiserver_client_certificate_expiration_seconds_bucket{job="apiserver", le="+Inf"}`:   growing(10, 90),
			}, since: 15 * time.Second,
			labels: map[string]string{"severity": "warning"}, summary: "A client certificate of the cluster ends within a week",
			description: "Somebody uses the API server with a certificate that ends in 4d 7h 12m 0s or less.",
		},
	}
}
