package database

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// dataPath is where a service finds its volume.
const dataPath = "/data"

// embed gives each service a volume and the name of a file on it.
func (d *Database) embed(ctx *pulumi.Context, args Args) error {
	for _, app := range args.Apps {
		claim, err := corev1.NewPersistentVolumeClaim(ctx, app.Name, volumeClaim(app, args),
			pulumi.Parent(d), pulumi.Protect(args.Protected), pulumi.RetainOnDelete(args.Protected))
		if err != nil {
			return fmt.Errorf("%s: volume: %w", app.Name, err)
		}
		d.Connections[app.Name] = Connection{
			URL:    "sqlite://" + dataPath + "/" + app.Name + ".db",
			Volume: &Volume{Claim: claim.Metadata.Name().Elem(), Path: dataPath},
		}
	}
	return nil
}

// volumeClaim is one service's volume. One node at a time mounts it, which all pods of the service then share.
func volumeClaim(app kube.App, a Args) *corev1.PersistentVolumeClaimArgs {
	spec := &corev1.PersistentVolumeClaimSpecArgs{
		AccessModes: pulumi.StringArray{pulumi.String("ReadWriteOnce")},
		Resources: &corev1.VolumeResourceRequirementsArgs{
			Requests: pulumi.StringMap{"storage": pulumi.String(a.Embedded.Size)},
		},
	}
	if a.Embedded.StorageClass != "" {
		spec.StorageClassName = pulumi.String(a.Embedded.StorageClass)
	}
	return &corev1.PersistentVolumeClaimArgs{
		Metadata: &metav1.ObjectMetaArgs{
			Name:      pulumi.String(app.Name + "-data"),
			Namespace: a.Namespace.ToStringOutput(),
			Labels:    app.Labels(),
			// Most classes bind a volume when its first pod is placed, and that pod waits for this claim.
			Annotations: pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")},
		},
		Spec: spec,
	}
}
