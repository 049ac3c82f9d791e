package workload

import (
	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// revisions to keep for kubectl rollout undo.
const revisions = 5

// deployment replaces pods one by one without ever having fewer than wanted.
func deployment(a Args) *appsv1.DeploymentArgs {
	spec := &appsv1.DeploymentSpecArgs{
		Replicas:                pulumi.Int(a.least()),
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
	return &appsv1.DeploymentArgs{Metadata: meta(a, a.App.Name), Spec: spec}
}

// least is how many pods there are before any load.
func (a Args) least() int {
	if a.Autoscale != nil {
		return a.Autoscale.Min
	}
	return a.Replicas
}

// replicasOnce leaves the number of pods to the autoscaler once the Deployment exists. A declaration that did not name
// the number at all would give the field up, and a field that nobody sets falls back to one pod: a service that is
// handed to an autoscaler would have one pod until that has decided.
func (a Args) replicasOnce() []pulumi.ResourceOption {
	if a.Autoscale == nil {
		return nil
	}
	return []pulumi.ResourceOption{pulumi.IgnoreChanges([]string{"spec.replicas"})}
}

// meta names an object and labels it as the app's.
func meta(a Args, name string) *metav1.ObjectMetaArgs {
	return &metav1.ObjectMetaArgs{
		Name: pulumi.String(name), Namespace: a.Namespace.ToStringOutput(), Labels: a.App.Labels(),
	}
}
