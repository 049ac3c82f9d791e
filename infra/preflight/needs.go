package preflight

import "github.com/techcommerce/platform/stacks"

// NeedsOf is what a stack's settings ask of its cluster, but for the name of its admission policy.
func NeedsOf(stack stacks.Stack) Needs {
	d := stack.Database
	needs := Needs{
		Namespace:   stack.Namespace,
		OneNode:     d.Embedded != nil,
		Policies:    !stack.Cluster.EnforcesPolicies,
		Kubelets:    stack.Monitoring != nil || stack.DatadogOn() && stack.Datadog.Agent != nil,
		KubeletsAre: stack.Cluster.Kubelets(),
	}
	for _, service := range stack.Services {
		needs.Autoscaling = needs.Autoscaling || service.Autoscale != nil
	}
	if d.Embedded != nil {
		needs.Volumes = append(needs.Volumes, d.Embedded.StorageClass)
	}
	if d.Postgres != nil {
		needs.Volumes = append(needs.Volumes, d.Postgres.StorageClass)
	}
	if m := stack.Monitoring; m != nil {
		needs.Volumes = append(needs.Volumes, m.Prometheus.StorageClass, m.Alertmanager.StorageClass)
		if m.Grafana != nil {
			needs.Volumes = append(needs.Volumes, m.Grafana.StorageClass)
		}
	}
	if i := stack.Edge.Ingress; i != nil {
		needs.IngressClass = i.Class
	}
	return needs
}
