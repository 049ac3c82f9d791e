package kube

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// OneByOne lets a node be drained of the pods, one at a time, and never lets a broken pod block that.
func OneByOne(selector pulumi.StringMap) *policyv1.PodDisruptionBudgetSpecArgs {
	return &policyv1.PodDisruptionBudgetSpecArgs{
		MaxUnavailable:             pulumi.Int(1),
		UnhealthyPodEvictionPolicy: pulumi.String("AlwaysAllow"),
		Selector:                   &metav1.LabelSelectorArgs{MatchLabels: selector},
	}
}
