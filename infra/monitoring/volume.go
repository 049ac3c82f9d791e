package monitoring

import (
	"fmt"
	"maps"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// dataPath is where a part's volume is mounted.
const dataPath = "/data"

// claim declares the part's volume and returns its name. It is a claim of its own and no template of a StatefulSet, so
// that it can be protected.
func (p part) claim(ctx *pulumi.Context, storage Storage, protected bool) (pulumi.StringOutput, error) {
	meta := p.meta(p.app.Name + "-data")
	// Most classes bind a volume when its first pod is placed, and that pod waits for this claim.
	meta.Annotations = pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")}
	spec := &corev1.PersistentVolumeClaimSpecArgs{
		AccessModes: pulumi.StringArray{pulumi.String("ReadWriteOnce")},
		Resources: &corev1.VolumeResourceRequirementsArgs{
			Requests: pulumi.StringMap{"storage": pulumi.String(storage.Size)},
		},
	}
	if storage.Class != "" {
		spec.StorageClassName = pulumi.String(storage.Class)
	}
	volume, err := corev1.NewPersistentVolumeClaim(ctx, p.app.Name+"-data",
		&corev1.PersistentVolumeClaimArgs{Metadata: meta, Spec: spec},
		pulumi.Parent(p.of), pulumi.Protect(protected), pulumi.RetainOnDelete(protected))
	if err != nil {
		return pulumi.StringOutput{}, fmt.Errorf("volume: %w", err)
	}
	return volume.Metadata.Name().Elem(), nil
}

// config declares files that roll the part's pods when they change: other content is another object with another name.
func (p part) config(ctx *pulumi.Context, name string, files map[string]string) (
	pulumi.StringOutput, error,
) {
	object, err := corev1.NewConfigMap(ctx, name, &corev1.ConfigMapArgs{
		Metadata:  &metav1.ObjectMetaArgs{Namespace: p.in.Ready.ToStringOutput(), Labels: p.app.Labels()},
		Data:      pulumi.ToStringMap(files),
		Immutable: pulumi.Bool(true),
	}, pulumi.Parent(p.of))
	if err != nil {
		return pulumi.StringOutput{}, fmt.Errorf("%s: %w", name, err)
	}
	return object.Metadata.Name().Elem(), nil
}

func sorted[T any](by map[string]T) []string { return slices.Sorted(maps.Keys(by)) }
