// Package foundation prepares the ground that the shop stands on: its namespace, what pods there may do at all, and
// what they may reach before anything else allows it. It knows no service by name.
package foundation

import (
	"errors"
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/cilium"
	"github.com/techcommerce/platform/infra/internal/kube"
)

const token = "techcommerce:foundation:Foundation"

// Args is what the foundation is laid for.
type Args struct {
	// Namespace is the namespace's name.
	Namespace string
	// Labels are on every object of the foundation.
	Labels pulumi.StringMap
	// DNS lists address ranges of resolvers that are no pods.
	DNS []string
	// Cilium says that Cilium holds network policies.
	Cilium bool
	// Quota is what the namespace may hold.
	Quota Quota
	// Registries lists the prefixes that images of the namespace may have.
	Registries []string
	// PullSecret is the Docker configuration file that images are pulled with; empty for none.
	PullSecret string
	// Privileged lets pods mount folders of their node, which no Pod Security level but "privileged" does. The admission
	// rules hold all the same.
	Privileged bool
	// Protected refuses to delete the namespace, and all that is in it.
	Protected bool
}

func (a Args) validate() error {
	var problems []error
	if a.Namespace == "" {
		problems = append(problems, errors.New("no namespace"))
	}
	if len(a.Registries) == 0 {
		problems = append(problems, errors.New("no registries"))
	}
	return errors.Join(problems...)
}

// Foundation is a namespace that is ready for workloads.
type Foundation struct {
	pulumi.ResourceState

	// Namespace is the namespace's name, known once it exists.
	Namespace pulumi.StringOutput `pulumi:"namespace"`
}

// New declares the namespace, its Pod Security level and the policies that hold for every pod in it.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Foundation, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("foundation %s: %w", name, err)
	}
	f := &Foundation{}
	inputs := pulumi.Map{"namespace": pulumi.String(args.Namespace)}
	if err := ctx.RegisterComponentResourceV2(token, name, inputs, f, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(f)
	ns, err := corev1.NewNamespace(ctx, name, namespace(args), child, pulumi.Protect(args.Protected))
	if err != nil {
		return nil, fmt.Errorf("foundation %s: namespace: %w", name, err)
	}
	f.Namespace = ns.Metadata.Name().Elem()
	if _, err := networkingv1.NewNetworkPolicy(ctx, name+"-deny", denyAll(args, f.Namespace), child); err != nil {
		return nil, fmt.Errorf("foundation %s: default policy: %w", name, err)
	}
	if _, err := networkingv1.NewNetworkPolicy(ctx, name+"-dns", allowDNS(args, f.Namespace), child); err != nil {
		return nil, fmt.Errorf("foundation %s: dns policy: %w", name, err)
	}
	if args.PullSecret != "" {
		if _, err := corev1.NewSecret(ctx, name+"-pull", kube.PullSecret(f.Namespace, args.Labels, args.PullSecret), child); err != nil {
			return nil, fmt.Errorf("foundation %s: pull secret: %w", name, err)
		}
	}
	if args.Cilium {
		if err := cilium.New(ctx, name+"-dns-of-nodes", allowNodeDNS(args, f.Namespace), child); err != nil {
			return nil, fmt.Errorf("foundation %s: dns policy of nodes: %w", name, err)
		}
	}
	if err := f.bound(ctx, name, args); err != nil {
		return nil, fmt.Errorf("foundation %s: %w", name, err)
	}
	if err := f.admit(ctx, name, args); err != nil {
		return nil, fmt.Errorf("foundation %s: %w", name, err)
	}
	if err := ctx.RegisterResourceOutputs(f, pulumi.Map{"namespace": f.Namespace}); err != nil {
		return nil, err
	}
	return f, nil
}

// podSecurity is the level that the namespace's pods are held to, in its latest version: a cluster that learns a stricter
// rule shall apply it.
func (a Args) podSecurity() string {
	if a.Privileged {
		return "privileged"
	}
	return "restricted"
}

func namespace(a Args) *corev1.NamespaceArgs {
	level := pulumi.String(a.podSecurity())
	labels := pulumi.StringMap{
		"pod-security.kubernetes.io/enforce":         level,
		"pod-security.kubernetes.io/enforce-version": pulumi.String("latest"),
		"pod-security.kubernetes.io/audit":           level,
		"pod-security.kubernetes.io/warn":            level,
	}
	for key, value := range a.Labels {
		labels[key] = value
	}
	return &corev1.NamespaceArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(a.Namespace), Labels: labels},
	}
}
