package foundation

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Quota is what the namespace may hold.
type Quota struct {
	// Hard holds the greatest amounts by resource.
	Hard map[string]string
	// LargestContainer is the greatest memory limit of one container.
	LargestContainer string
}

// bound keeps a mistake in the namespace from taking the cluster. Whatever goes into the namespace waits for the bounds: a
// stack that grows would meet the old ones otherwise.
func (f *Foundation) bound(ctx *pulumi.Context, name string, args Args) error {
	child := pulumi.Parent(f)
	quota, err := corev1.NewResourceQuota(ctx, name, resourceQuota(args, f.Namespace), child)
	if err != nil {
		return fmt.Errorf("quota: %w", err)
	}
	limits, err := corev1.NewLimitRange(ctx, name, limitRange(args, f.Namespace), child)
	if err != nil {
		return fmt.Errorf("limit range: %w", err)
	}
	f.Namespace = pulumi.OutputWithDependencies(ctx.Context(), f.Namespace, quota, limits).(pulumi.StringOutput)
	return nil
}

func resourceQuota(a Args, namespace pulumi.StringInput) *corev1.ResourceQuotaArgs {
	return &corev1.ResourceQuotaArgs{
		Metadata: meta(a, "stack", namespace),
		Spec:     &corev1.ResourceQuotaSpecArgs{Hard: pulumi.ToStringMap(a.Quota.Hard)},
	}
}

// limitRange gives sizes to a container that names none, such as a debugging one: the quota refuses it otherwise.
func limitRange(a Args, namespace pulumi.StringInput) *corev1.LimitRangeArgs {
	return &corev1.LimitRangeArgs{
		Metadata: meta(a, "stack", namespace),
		Spec: &corev1.LimitRangeSpecArgs{Limits: corev1.LimitRangeItemArray{&corev1.LimitRangeItemArgs{
			Type:           pulumi.String("Container"),
			DefaultRequest: pulumi.StringMap{"cpu": pulumi.String("50m"), "memory": pulumi.String("32Mi")},
			Default:        pulumi.StringMap{"memory": pulumi.String("64Mi")},
			Max:            pulumi.StringMap{"memory": pulumi.String(a.Quota.LargestContainer)},
		}}},
	}
}
