// Package agent puts Datadog's agent on a cluster, from Datadog's own chart, and says how services talk to it. It knows
// neither monitors nor Datadog's API.
package agent

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	helmv3 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/helm/v3"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

const token = "techcommerce:datadog:Agent"

// The objects that the chart looks for, by names and entries that are its own.
const (
	keySecret   = "datadog-secret"
	keyEntry    = "api-key"
	tokenSecret = "datadog-token"
	tokenEntry  = "token"
)

// Args is what the agent is installed for.
type Args struct {
	// Namespace is the agent's own.
	Namespace string
	// Labels are on every object.
	Labels pulumi.StringMap
	// APIKey lets the agent send what it collects. It gets no application key: nothing in the cluster reads one.
	APIKey string
	// PullConfig is the Docker configuration file that PullSecret is made from; empty where somebody else makes it.
	PullConfig string
	// Archive is the chart as a file, relative to the program; empty is the chart's own repository.
	Archive string
	// Random is where the token comes from that agents know each other by.
	Random io.Reader
	// Settings differ between clusters.
	Settings
}

func (a Args) validate() error {
	if a.Namespace == "" || a.APIKey == "" || a.Random == nil {
		return errors.New("want a namespace, an API key and a source of randomness")
	}
	return nil
}

// Agent is the agent on a cluster.
type Agent struct {
	pulumi.ResourceState

	// Status and Version are the release's, as Helm reports them.
	Status  pulumi.StringOutput `pulumi:"status"`
	Version pulumi.StringOutput `pulumi:"version"`
}

// New declares the agent: its namespace, its secrets, what it may reach, the release.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Agent, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("agent %s: %w", name, err)
	}
	a := &Agent{}
	inputs := pulumi.Map{"chart": pulumi.String(Chart + "-" + Version)}
	if err := ctx.RegisterComponentResourceV2(token, name, inputs, a, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(a)
	ns, err := corev1.NewNamespace(ctx, name, namespace(args), child)
	if err != nil {
		return nil, fmt.Errorf("agent %s: namespace: %w", name, err)
	}
	in := ns.Metadata.Name().Elem()
	if err := a.policies(ctx, name, args, in); err != nil {
		return nil, fmt.Errorf("agent %s: network policy: %w", name, err)
	}
	secrets, err := a.secrets(ctx, name, args, in)
	if err != nil {
		return nil, fmt.Errorf("agent %s: secret: %w", name, err)
	}
	values, err := args.values()
	if err != nil {
		return nil, fmt.Errorf("agent %s: values: %w", name, err)
	}
	// The values name the secrets as text, so Pulumi does not see that the release needs them.
	released, err := helmv3.NewRelease(ctx, name, release(args, in, values), child, pulumi.DependsOn(secrets))
	if err != nil {
		return nil, fmt.Errorf("agent %s: release: %w", name, err)
	}
	a.Status, a.Version = released.Status.Status(), released.Status.Version().Elem()
	return a, ctx.RegisterResourceOutputs(a, pulumi.Map{"status": a.Status, "version": a.Version})
}

// namespace lets pods do what no other namespace of ours does: the agent looks at the node's processes (hostPID) and
// mounts folders of the node (logs, /proc, cgroups), and its chart has no switch for that. Nothing else belongs there.
func namespace(a Args) *corev1.NamespaceArgs {
	labels := pulumi.StringMap{}
	for key, value := range a.Labels {
		labels[key] = value
	}
	for _, mode := range []string{"enforce", "audit", "warn"} {
		labels["pod-security.kubernetes.io/"+mode] = pulumi.String("privileged")
	}
	return &corev1.NamespaceArgs{Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(a.Namespace), Labels: labels}}
}

// secrets declares the API key and the token. The chart would make another token at every update, and so roll every
// agent; this one is made once.
func (a *Agent) secrets(ctx *pulumi.Context, name string, args Args, in pulumi.StringOutput) ([]pulumi.Resource, error) {
	random := make([]byte, 16)
	if _, err := io.ReadFull(args.Random, random); err != nil {
		return nil, err
	}
	key, err := corev1.NewSecret(ctx, name+"-key", secret(args, in, keySecret, keyEntry, args.APIKey), pulumi.Parent(a))
	if err != nil {
		return nil, err
	}
	made, err := corev1.NewSecret(ctx, name+"-token", secret(args, in, tokenSecret, tokenEntry, hex.EncodeToString(random)),
		pulumi.Parent(a), pulumi.IgnoreChanges([]string{"data"}))
	secrets := []pulumi.Resource{key, made}
	if err != nil || args.PullConfig == "" {
		return secrets, err
	}
	pull, err := corev1.NewSecret(ctx, name+"-pull", kube.PullSecret(in, args.Labels, args.PullConfig), pulumi.Parent(a))
	return append(secrets, pull), err
}

func secret(a Args, in pulumi.StringOutput, name, entry, value string) *corev1.SecretArgs {
	return &corev1.SecretArgs{
		Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String(name), Namespace: in, Labels: a.Labels},
		Data: pulumi.ToSecret(pulumi.StringMap{
			entry: pulumi.String(base64.StdEncoding.EncodeToString([]byte(value))),
		}).(pulumi.StringMapOutput),
	}
}

// fingerprint changes with the key and reveals nothing of it.
func fingerprint(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:4])
}
