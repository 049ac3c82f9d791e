// Package kube is the small vocabulary that the components share: what a workload is called, and the few fragments of
// Kubernetes objects that several of them write alike. It declares nothing by itself.
package kube

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Product is the value of app.kubernetes.io/part-of everywhere.
const Product = "techcommerce"

// Label keys that selectors and policies use.
const (
	labelName   = "app.kubernetes.io/name"
	labelPartOf = "app.kubernetes.io/part-of"
)

// App names one workload and what belongs to it.
type App struct {
	// Name is the workload's name, for example product-api.
	Name string
	// Tier is frontend, backend or data.
	Tier string
	// Environment is the stack's environment.
	Environment string
	// Version is the build that runs. Empty for what outlives builds, such as volumes.
	Version string
}

// Labels are on every object of the app.
func (a App) Labels() pulumi.StringMap {
	labels := pulumi.StringMap{
		labelName:                      pulumi.String(a.Name),
		labelPartOf:                    pulumi.String(Product),
		"app.kubernetes.io/component":  pulumi.String(a.Tier),
		"app.kubernetes.io/managed-by": pulumi.String("pulumi"),
		"environment":                  pulumi.String(a.Environment),
		"app":                          pulumi.String(a.Name),
		"tier":                         pulumi.String(a.Tier),
	}
	if a.Version != "" {
		labels["app.kubernetes.io/version"] = pulumi.String(a.Version)
	}
	return labels
}

// PodLabels are Labels and the tags by which Datadog joins logs, traces and metrics of a pod.
func (a App) PodLabels() pulumi.StringMap {
	labels := a.Labels()
	labels["tags.datadoghq.com/env"] = pulumi.String(a.Environment)
	labels["tags.datadoghq.com/service"] = pulumi.String(a.Name)
	labels["tags.datadoghq.com/version"] = pulumi.String(a.Version)
	return labels
}

// Selector is Labels without what may change: a Deployment's selector is immutable, so a label that changes on every
// release must not be in it.
func (a App) Selector() pulumi.StringMap {
	return pulumi.StringMap{
		labelName:   pulumi.String(a.Name),
		labelPartOf: pulumi.String(Product),
	}
}

// Selector selects what has a label with this value, for pods that are not ours.
func Selector(label, value string) pulumi.StringMap {
	return pulumi.StringMap{label: pulumi.String(value)}
}
