package database

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// volume is what a volume with data is declared from.
type volume struct {
	Args
	app     kube.App
	name    string
	storage Storage
}

// claim declares a volume with data, and returns its name. A protected one is neither deleted by destroy nor with its
// resource.
func (d *Database) claim(ctx *pulumi.Context, name string, v volume) (pulumi.StringOutput, error) {
	claim, err := corev1.NewPersistentVolumeClaim(ctx, name, volumeClaim(v),
		pulumi.Parent(d), pulumi.Protect(v.Protected), pulumi.RetainOnDelete(v.Protected))
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return claim.Metadata.Name().Elem(), nil
}

// volumeClaim is one volume. One node at a time mounts it, which all pods there then share.
func volumeClaim(v volume) *corev1.PersistentVolumeClaimArgs {
	spec := &corev1.PersistentVolumeClaimSpecArgs{
		AccessModes: pulumi.StringArray{pulumi.String("ReadWriteOnce")},
		Resources: &corev1.VolumeResourceRequirementsArgs{
			Requests: pulumi.StringMap{"storage": pulumi.String(v.storage.Size)},
		},
	}
	if v.storage.Class != "" {
		spec.StorageClassName = pulumi.String(v.storage.Class)
	}
	return &corev1.PersistentVolumeClaimArgs{
		Metadata: &metav1.ObjectMetaArgs{
			Name:      pulumi.String(v.name),
			Namespace: v.Namespace.ToStringOutput(),
			Labels:    v.app.Labels(),
			// Most classes bind a volume when its first pod is placed, and that pod waits for this claim.
			Annotations: pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")},
		},
		Spec: spec,
	}
}
