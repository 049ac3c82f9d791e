package workload

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func service(a Args) *corev1.ServiceArgs {
	port := &corev1.ServicePortArgs{
		Name: pulumi.String(portHTTP), Port: pulumi.Int(a.Port), TargetPort: pulumi.String(portHTTP),
	}
	spec := &corev1.ServiceSpecArgs{
		Type:     pulumi.String("ClusterIP"),
		Selector: a.App.Selector(),
		Ports:    corev1.ServicePortArray{port},
	}
	if a.NodePort != 0 {
		spec.Type = pulumi.String("NodePort")
		port.NodePort = pulumi.Int(a.NodePort)
	}
	return &corev1.ServiceArgs{Metadata: meta(a, a.Host), Spec: spec}
}

// serviceAccount is an identity without any right, and without a token to claim it.
func serviceAccount(a Args) *corev1.ServiceAccountArgs {
	return &corev1.ServiceAccountArgs{
		Metadata:                     meta(a, a.App.Name),
		AutomountServiceAccountToken: pulumi.Bool(false),
	}
}

// disruptionBudget lets a node be drained, one pod at a time, and never lets a broken pod block that.
func disruptionBudget(a Args) *policyv1.PodDisruptionBudgetArgs {
	return &policyv1.PodDisruptionBudgetArgs{
		Metadata: meta(a, a.App.Name),
		Spec: &policyv1.PodDisruptionBudgetSpecArgs{
			MaxUnavailable:             pulumi.Int(1),
			UnhealthyPodEvictionPolicy: pulumi.String("AlwaysAllow"),
			Selector:                   &metav1.LabelSelectorArgs{MatchLabels: a.App.Selector()},
		},
	}
}
