package workload

import (
	autoscalingv2 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/autoscaling/v2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// autoscaler grows at once, by the larger of doubling and two pods every 15 s, and shrinks slowly: at most by half a
// minute, once the load has been lower for a while.
func autoscaler(a Args) *autoscalingv2.HorizontalPodAutoscalerArgs {
	return &autoscalingv2.HorizontalPodAutoscalerArgs{
		Metadata: meta(a, a.App.Name+"-hpa"),
		Spec: &autoscalingv2.HorizontalPodAutoscalerSpecArgs{
			MinReplicas: pulumi.Int(a.Autoscale.Min),
			MaxReplicas: pulumi.Int(a.Autoscale.Max),
			ScaleTargetRef: &autoscalingv2.CrossVersionObjectReferenceArgs{
				ApiVersion: pulumi.String("apps/v1"),
				Kind:       pulumi.String("Deployment"),
				Name:       pulumi.String(a.App.Name),
			},
			Metrics: autoscalingv2.MetricSpecArray{cpuUtilization(a.Autoscale.CPU)},
			Behavior: &autoscalingv2.HorizontalPodAutoscalerBehaviorArgs{
				ScaleUp: scaling(0,
					scalingPolicy("Percent", 100, 15),
					scalingPolicy("Pods", 2, 15)),
				ScaleDown: scaling(a.Autoscale.ShrinkAfter,
					scalingPolicy("Percent", 50, 60)),
			},
		},
	}
}

func cpuUtilization(percent int) *autoscalingv2.MetricSpecArgs {
	return &autoscalingv2.MetricSpecArgs{
		Type: pulumi.String("Resource"),
		Resource: &autoscalingv2.ResourceMetricSourceArgs{
			Name: pulumi.String("cpu"),
			Target: &autoscalingv2.MetricTargetArgs{
				Type: pulumi.String("Utilization"), AverageUtilization: pulumi.Int(percent),
			},
		},
	}
}

// scaling applies the policy that changes most.
func scaling(window int, policies ...autoscalingv2.HPAScalingPolicyInput) *autoscalingv2.HPAScalingRulesArgs {
	return &autoscalingv2.HPAScalingRulesArgs{
		StabilizationWindowSeconds: pulumi.Int(window),
		SelectPolicy:               pulumi.String("Max"),
		Policies:                   autoscalingv2.HPAScalingPolicyArray(policies),
	}
}

func scalingPolicy(kind string, value, seconds int) *autoscalingv2.HPAScalingPolicyArgs {
	return &autoscalingv2.HPAScalingPolicyArgs{
		Type: pulumi.String(kind), Value: pulumi.Int(value), PeriodSeconds: pulumi.Int(seconds),
	}
}
