// Package workload is one HTTP service on Kubernetes: its Deployment, Service, identity, scaling, disruption budget and
// network edges. It knows nothing of this shop's services; a fourth one is another call.
package workload

import (
	"fmt"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	autoscalingv2 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/autoscaling/v2"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const token = "techcommerce:workload:Workload"

// Workload is one HTTP service.
type Workload struct {
	pulumi.ResourceState

	// Host is the name under which other pods of the namespace reach the service, known once it exists.
	Host pulumi.StringOutput `pulumi:"host"`
	// Deployment is the Deployment's name, known once Pulumi is done with it.
	Deployment pulumi.StringOutput `pulumi:"deployment"`
}

// New declares one HTTP service: identity, Deployment, Service, autoscaler, disruption budget, network policy.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Workload, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("workload %s: %w", name, err)
	}
	w := &Workload{}
	if err := ctx.RegisterComponentResourceV2(token, name, args.inputs(), w, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(w)
	if _, err := networkingv1.NewNetworkPolicy(ctx, name, networkPolicy(args), child); err != nil {
		return nil, fmt.Errorf("workload %s: network policy: %w", name, err)
	}
	account, err := corev1.NewServiceAccount(ctx, name, serviceAccount(args), child)
	if err != nil {
		return nil, fmt.Errorf("workload %s: service account: %w", name, err)
	}
	args.account = account.Metadata.Name().Elem()
	pods, err := appsv1.NewDeployment(ctx, name, deployment(args), append(args.replicasOnce(), child)...)
	if err != nil {
		return nil, fmt.Errorf("workload %s: deployment: %w", name, err)
	}
	svc, err := corev1.NewService(ctx, name, service(args), child)
	if err != nil {
		return nil, fmt.Errorf("workload %s: service: %w", name, err)
	}
	if _, err := policyv1.NewPodDisruptionBudget(ctx, name, disruptionBudget(args), child); err != nil {
		return nil, fmt.Errorf("workload %s: disruption budget: %w", name, err)
	}
	if args.Autoscale != nil {
		if _, err := autoscalingv2.NewHorizontalPodAutoscaler(ctx, name, autoscaler(args), child); err != nil {
			return nil, fmt.Errorf("workload %s: autoscaler: %w", name, err)
		}
	}
	w.Host, w.Deployment = svc.Metadata.Name().Elem(), pods.Metadata.Name().Elem()
	if err := ctx.RegisterResourceOutputs(w, pulumi.Map{"host": w.Host, "deployment": w.Deployment}); err != nil {
		return nil, err
	}
	return w, nil
}
