package main

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/techcommerce/platform/infra/internal/wiring"
)

func networkFaults() []fault {
	return []fault{
		{"B1 objects before their namespace", func(o *wiring.Objects) { o.Namespaces = nil },
			"Deployment frontend: namespace techcommerce-staging is not declared"},
		{"B6 the Service's port is not the callers'", func(o *wiring.Objects) {
			service(o, "product-api-service").Spec.Ports[0].Port = 5001
		}, "Deployment frontend: variable PRODUCT_API_URL: Service product-api-service has no port 5003"},
		{"B9 no policy denies by default", func(o *wiring.Objects) {
			o.Policies = slices.DeleteFunc(o.Policies, func(p *networkingv1.NetworkPolicy) bool {
				return p.Name == "default-deny"
			})
		}, "Namespace techcommerce-staging: no policy denies what is not allowed"},
		{"B9 a policy for callers that lost its callee", func(o *wiring.Objects) {
			policy(o, "product-api").Spec.Ingress = nil
		}, "Deployment order-api: variable PRODUCT_API_URL: no policy lets it in to Deployment product-api port 5003"},
		{"B9 a policy that opens half an edge", func(o *wiring.Objects) {
			policy(o, "order-api").Spec.Egress = nil
		}, "Deployment order-api: to Deployment product-api port 5003: allowed out false, allowed in true"},
		{"B15 Services are renamed, addresses are not", func(o *wiring.Objects) {
			service(o, "product-api-service").Name = "staging-product-api-service"
		}, "Deployment frontend: variable PRODUCT_API_URL: there is no Service product-api-service " +
			"in namespace techcommerce-staging"},
		{"B16 an address has the wrong name and the wrong port",
			setEnv("order-api", "PRODUCT_API_URL", "http://product-api:5001"),
			"Deployment order-api: variable PRODUCT_API_URL: there is no Service product-api in namespace techcommerce-staging"},
		{"B20 an address that means the reader's own machine",
			setEnv("frontend", "ORDER_API_URL", "http://localhost:5004"),
			"Deployment frontend: variable ORDER_API_URL: there is no Service localhost in namespace techcommerce-staging"},
		{"B43 looks into another namespace", func(o *wiring.Objects) {
			service(o, "order-api-service").Namespace = "techcommerce"
		}, "Deployment frontend: variable ORDER_API_URL: there is no Service order-api-service " +
			"in namespace techcommerce-staging"},
		{"B42 a Service sends to a port that no pod has", func(o *wiring.Objects) {
			service(o, "order-api-service").Spec.Ports[0].TargetPort = intstr.FromInt32(5000)
		}, "Service order-api-service: sends to port 5000, which Deployment order-api does not have"},
		{"B51 metrics and profiles for everybody", func(o *wiring.Objects) {
			s := service(o, "frontend-service")
			s.Spec.Ports = append(s.Spec.Ports, corev1.ServicePort{Port: 9090, TargetPort: intstr.FromString("internal")})
		}, "Service frontend-service: opens the internal port of Deployment frontend"},
		{"B12 an autoscaler without anything to measure", func(o *wiring.Objects) {
			o.Autoscalers[0].Spec.Metrics = nil
		}, "HorizontalPodAutoscaler product-api-hpa: measures nothing that the metrics API has"},
		{"an autoscaler for nobody", func(o *wiring.Objects) {
			o.Autoscalers[0].Spec.ScaleTargetRef.Name = "product"
		}, "HorizontalPodAutoscaler product-api-hpa: there is no Deployment product"},
	}
}

func dataFaults() []fault {
	return []fault{
		{"B14 refers to a Secret that is not deployed", func(o *wiring.Objects) { o.Secrets = o.Secrets[1:] },
			"Deployment product-api: variable ADMIN_API_KEY: there is no Secret admin-api-key-1-auto " +
				"in namespace techcommerce-staging"},
		{"B14 refers to an entry that the Secret does not have", func(o *wiring.Objects) {
			for _, s := range o.Secrets {
				s.Data = nil
			}
		}, "Deployment frontend: variable SESSION_KEY: Secret session-key-1-auto has no entry value"},
		{"B34 backups that are lost with their pod", func(o *wiring.Objects) {
			volumes := o.CronJobs[0].Spec.JobTemplate.Spec.Template.Spec.Volumes
			for i := range volumes {
				volumes[i].PersistentVolumeClaim = nil
			}
		}, "CronJob database-backup: backups are on no volume that outlives the pod"},
		{"B36 data that is lost with its pod",
			setEnv("product-api", "DATABASE_URL", "sqlite:///tmp/product-api.db"),
			"Deployment product-api: /tmp/product-api.db is on no volume that outlives the pod"},
		{"B41 a file is mounted inside a mounted folder", container("frontend", func(c *corev1.Container) {
			c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: "tmp", MountPath: "/tmp/rules.yml"})
		}), "Deployment frontend: frontend: /tmp/rules.yml is mounted inside /tmp"},
		{"B51 a database on a volume that nobody keeps", func(o *wiring.Objects) {
			volumes := statefulSet(o, "database").Spec.Template.Spec.Volumes
			for i := range volumes {
				volumes[i].PersistentVolumeClaim = nil
			}
		}, "StatefulSet database: /data/pgdata is on no volume that outlives the pod"},
		{"a password that no pod reads", func(o *wiring.Objects) {
			o.Secrets = append(o.Secrets, &corev1.Secret{})
			o.Secrets[len(o.Secrets)-1].Name = "api-key"
		}, "Secret api-key: nothing uses it"},
	}
}
