package workload

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
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
		spec.ExternalTrafficPolicy = pulumi.String(a.ExternalTrafficPolicy)
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

func disruptionBudget(a Args) *policyv1.PodDisruptionBudgetArgs {
	return &policyv1.PodDisruptionBudgetArgs{Metadata: meta(a, a.App.Name), Spec: kube.OneByOne(a.App.Selector())}
}
