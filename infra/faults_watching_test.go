package main

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/techcommerce/platform/infra/internal/wiring"
)

// config changes a file of the ConfigMap that has it.
func config(file, old, replacement string) func(o *wiring.Objects) {
	return func(o *wiring.Objects) {
		for _, m := range o.ConfigMaps {
			if text, ok := m.Data[file]; ok && strings.Contains(text, old) {
				m.Data[file] = strings.Replace(text, old, replacement, 1)
				return
			}
		}
		panic("no file " + file + " with " + old)
	}
}

// prometheus changes the only container of Prometheus.
func prometheus(change func(c *corev1.Container)) func(o *wiring.Objects) {
	return func(o *wiring.Objects) { change(&statefulSet(o, "prometheus").Spec.Template.Spec.Containers[0]) }
}

// emptyDir takes a pod's claims away.
func emptyDir(volumes []corev1.Volume) {
	for i := range volumes {
		if volumes[i].PersistentVolumeClaim != nil {
			volumes[i].VolumeSource = corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}
		}
	}
}

func watchingFaults() []fault {
	const server = "StatefulSet prometheus: "
	return []fault{
		{"B40 a configuration that cannot be read", config("prometheus.yml", "job_name: services", "job_name:services"),
			server + "prometheus.yml: yaml: line 106: mapping values are not allowed in this context"},
		{"B42 asks a port that no pod has", config("prometheus.yml", "regex: internal", "regex: flask"),
			server + "job services: asks port flask, which Deployment frontend does not have"},
		{"B43 looks for the shop where it is not",
			config("prometheus.yml", "- techcommerce-staging", "- monitoring-staging"),
			server + "job services: finds no pod in namespace monitoring-staging"},
		{"B44 scrapes a Service instead of its pods", config("prometheus.yml", "role: pod", "role: service"),
			server + "job alertmanagers: finds targets by service: one of several pods would answer each time"},
		{"B45 wants labels that no pod has",
			config("prometheus.yml", "app.kubernetes.io/name in (product-api", "prometheus.io/scrape in (product-api"),
			server + "job services: finds no pod in namespace techcommerce-staging"},
		{"B46 may not read the nodes' metrics", func(o *wiring.Objects) {
			for _, role := range o.ClusterRoles {
				for i := range role.Rules {
					if len(role.Rules[i].Resources) > 0 && role.Rules[i].Resources[0] == "nodes/metrics" {
						role.Rules[i].Resources = []string{"nodes/stats"}
					}
				}
			}
		}, server + "job cadvisor: may not read the nodes' metrics"},
		{"B46 may not find pods", func(o *wiring.Objects) { o.Bindings = nil },
			server + `job services: may not list pods in namespace "techcommerce-staging"`},
		{"B47 no Alertmanager is told", config("prometheus.yml", "alertmanagers:", "nobody:"),
			server + "tells no Alertmanager"},
		{"B47 kube-state-metrics is not deployed", func(o *wiring.Objects) {
			for i, d := range o.Deployments {
				if d.Name == "kube-state-metrics" {
					o.Deployments = append(o.Deployments[:i:i], o.Deployments[i+1:]...)
					return
				}
			}
		}, server + "job kube-state-metrics: finds no pod in namespace monitoring-staging"},
		{"B47 node-exporter is not deployed", func(o *wiring.Objects) { o.DaemonSets = nil },
			server + "job node-exporter: finds no pod in namespace monitoring-staging-nodes"},
		{"B49 rules that nobody mounts", config("prometheus.yml", "/config/rules.yml", "/etc/prometheus/alert-rules.yml"),
			server + "rule file /etc/prometheus/alert-rules.yml is not mounted"},
		{"B50 a file without an alert", config("rules.yml", "groups:", "group:"),
			server + "rule file /config/rules.yml has no alert"},
		{"B51 samples that are lost with their pod", func(o *wiring.Objects) {
			emptyDir(statefulSet(o, "prometheus").Spec.Template.Spec.Volumes)
		}, server + "/data is on no volume that outlives the pod"},
		{"B51 everybody may stop Prometheus", prometheus(func(c *corev1.Container) {
			c.Args = append(c.Args, "--web.enable-lifecycle")
		}), server + "--web.enable-lifecycle lets everybody who can reach it stop or change it"},
		{"B51 Grafana's data is lost with its pod", func(o *wiring.Objects) {
			d, _ := deployment(o, "grafana")
			emptyDir(d.Spec.Template.Spec.Volumes)
		}, "Deployment grafana: /var/lib/grafana is on no volume that outlives the pod"},
		{"B52 a password in clear", setEnv("grafana", "GF_SECURITY_ADMIN_PASSWORD", "admin123"),
			"Deployment grafana: variable GF_SECURITY_ADMIN_PASSWORD holds a password in clear"},
		{"B52 everybody may make an account", setEnv("grafana", "GF_USERS_ALLOW_SIGN_UP", "true"),
			`Deployment grafana: variable GF_USERS_ALLOW_SIGN_UP is "true", want "false"`},
		{"B52 a datasource that can be edited", config("datasources.yaml", "editable: false", "editable: true"),
			"Deployment grafana: datasource prometheus can be edited"},
		{"a datasource that is elsewhere", config("datasources.yaml", "prometheus-service:9090", "prometheus:9090"),
			"Deployment grafana: datasource prometheus: there is no Service prometheus in namespace monitoring-staging"},
		{"a scrape that a policy stops", func(o *wiring.Objects) { policy(o, "order-api").Spec.Ingress = nil },
			server + "job services: no policy lets it in to Deployment order-api port 9090"},
		{"pods that nobody scrapes", config("prometheus.yml", ",frontend", ""),
			server + "no job scrapes Deployment frontend"},
		{"rights that change something", func(o *wiring.Objects) {
			for _, role := range o.ClusterRoles {
				role.Rules[0].Verbs = append(role.Rules[0].Verbs, "delete")
			}
		}, "ClusterRole monitoring-staging-prometheus: may delete [nodes]"},
		{"a pod that writes on its node", func(o *wiring.Objects) {
			o.DaemonSets[0].Spec.Template.Spec.Containers[0].VolumeMounts[0].ReadOnly = false
		}, `Namespace monitoring-staging-nodes: Pod Security is "privileged", want restricted`},
	}
}
