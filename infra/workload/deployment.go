package workload

import (
	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// revisions to keep for kubectl rollout undo.
const revisions = 5

// deployment replaces pods one by one without ever having fewer than wanted. An autoscaler owns the number of replicas:
// naming one here would undo its work on every update.
func deployment(a Args) *appsv1.DeploymentArgs {
	spec := &appsv1.DeploymentSpecArgs{
		Selector:                &metav1.LabelSelectorArgs{MatchLabels: a.App.Selector()},
		RevisionHistoryLimit:    pulumi.Int(revisions),
		ProgressDeadlineSeconds: pulumi.Int(a.RolloutDeadline),
		Strategy: &appsv1.DeploymentStrategyArgs{
			Type: pulumi.String("RollingUpdate"),
			RollingUpdate: &appsv1.RollingUpdateDeploymentArgs{
				MaxUnavailable: pulumi.Int(0),
				MaxSurge:       pulumi.Int(1),
			},
		},
		Template: podTemplate(a),
	}
	if a.Autoscale == nil {
		spec.Replicas = pulumi.Int(a.Replicas)
	}
	return &appsv1.DeploymentArgs{Metadata: meta(a, a.App.Name), Spec: spec}
}

// meta names an object and labels it as the app's.
func meta(a Args, name string) *metav1.ObjectMetaArgs {
	return &metav1.ObjectMetaArgs{
		Name: pulumi.String(name), Namespace: a.Namespace.ToStringOutput(), Labels: a.App.Labels(),
	}
}
