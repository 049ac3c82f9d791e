// Package keys makes the random keys that services share, or passes on those that an operator gave. It does not know
// what a key is for.
package keys

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

const (
	token = "techcommerce:keys:Keys"
	// entry is the only key of each Secret.
	entry = "value"
	// size of a generated key in bytes.
	size = 32
)

// Args says which keys there are.
type Args struct {
	// Namespace is where the Secrets go.
	Namespace pulumi.StringInput
	// Labels are on every Secret.
	Labels pulumi.StringMap
	// Given holds the keys by name. Where the value is empty one is generated.
	Given map[string]string
	// Generation is part of a generated key's identity.
	Generation int
	// Random is where generated keys come from.
	Random io.Reader
}

func (a Args) validate() error {
	if a.Random == nil || a.Namespace == nil {
		return errors.New("no namespace or no source of randomness")
	}
	return nil
}

// Keys is a set of Secrets, one per key, so that a service can be given the one that it needs.
type Keys struct {
	pulumi.ResourceState

	// Refs says where each key is, by name.
	Refs map[string]kube.SecretKey
	// Values are the keys themselves, by name, as secrets.
	Values map[string]pulumi.StringOutput
}

// New declares the keys.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Keys, error) {
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("keys %s: %w", name, err)
	}
	k := &Keys{Refs: map[string]kube.SecretKey{}, Values: map[string]pulumi.StringOutput{}}
	inputs := pulumi.Map{"generation": pulumi.Int(args.Generation)}
	if err := ctx.RegisterComponentResourceV2(token, name, inputs, k, opts...); err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(args.Given)) {
		if err := k.add(ctx, key, args); err != nil {
			return nil, fmt.Errorf("keys %s: %s: %w", name, key, err)
		}
	}
	if err := ctx.RegisterResourceOutputs(k, pulumi.Map{}); err != nil {
		return nil, err
	}
	return k, nil
}

// add declares one key. A generated value differs on every run, so the state's is kept (IgnoreChanges) until the
// generation, and with it the Secret's identity, changes. The Secret's name is generated too: a new value is a new
// Secret, which rolls the pods that read it.
func (k *Keys) add(ctx *pulumi.Context, key string, args Args) error {
	value := args.Given[key]
	opts := []pulumi.ResourceOption{pulumi.Parent(k)}
	if value == "" {
		random := make([]byte, size)
		if _, err := io.ReadFull(args.Random, random); err != nil {
			return err
		}
		value = hex.EncodeToString(random)
		opts = append(opts, pulumi.IgnoreChanges([]string{"data"}))
	}
	secret, err := corev1.NewSecret(ctx, fmt.Sprintf("%s-%d", key, args.Generation), &corev1.SecretArgs{
		Metadata:  &metav1.ObjectMetaArgs{Namespace: args.Namespace.ToStringOutput(), Labels: args.Labels},
		Immutable: pulumi.Bool(true),
		Data: pulumi.ToSecret(pulumi.StringMap{
			entry: pulumi.String(base64.StdEncoding.EncodeToString([]byte(value))),
		}).(pulumi.StringMapOutput),
	}, opts...)
	if err != nil {
		return err
	}
	k.Refs[key] = kube.SecretKey{Secret: secret.Metadata.Name().Elem(), Key: entry}
	k.Values[key] = secret.Data.MapIndex(pulumi.String(entry))
	return nil
}
