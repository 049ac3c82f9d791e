package monitoring

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// stopSeconds is how long a part has to write what it holds.
const stopSeconds = 60

// template is the part's pod: one container with these arguments, volumes and mounts.
func (p part) template(container *corev1.ContainerArgs, volumes ...*corev1.VolumeArgs) *corev1.PodTemplateSpecArgs {
	spec := &corev1.PodSpecArgs{
		ServiceAccountName:            p.account,
		AutomountServiceAccountToken:  pulumi.Bool(p.rights),
		EnableServiceLinks:            pulumi.Bool(false),
		TerminationGracePeriodSeconds: pulumi.Int(stopSeconds),
		SecurityContext:               kube.Restricted(p.uid),
		Containers:                    corev1.ContainerArray{container},
	}
	var list corev1.VolumeArray
	for _, volume := range volumes {
		list = append(list, volume)
	}
	spec.Volumes = list
	return &corev1.PodTemplateSpecArgs{
		Metadata: &metav1.ObjectMetaArgs{Labels: p.app.PodLabels()},
		Spec:     spec,
	}
}

// starting is the number of seconds between two questions whether a part has started.
const starting = 2

// container runs the image's own program. Starting may take long: Prometheus reads its log again first.
func (p part) container(args ...string) *corev1.ContainerArgs {
	return &corev1.ContainerArgs{
		Name:            pulumi.String(p.app.Name),
		Image:           pulumi.String(p.Image),
		ImagePullPolicy: pulumi.String("IfNotPresent"),
		Args:            pulumi.ToStringArray(args),
		Ports: corev1.ContainerPortArray{
			&corev1.ContainerPortArgs{Name: pulumi.String(portHTTP), ContainerPort: pulumi.Int(p.port)},
		},
		Resources:       kube.Resources(p.CPU, p.Memory),
		SecurityContext: kube.Confined(),
		StartupProbe:    probe(p.live, starting, p.startLimit/starting),
		LivenessProbe:   probe(p.live, 10, 6),
		ReadinessProbe:  probe(p.ready, 5, 3),
	}
}

func probe(path string, period, failures int) *corev1.ProbeArgs {
	return &corev1.ProbeArgs{
		HttpGet:          &corev1.HTTPGetActionArgs{Path: pulumi.String(path), Port: pulumi.String(portHTTP)},
		PeriodSeconds:    pulumi.Int(period),
		TimeoutSeconds:   pulumi.Int(5),
		FailureThreshold: pulumi.Int(failures),
	}
}

func mount(volume, path string) *corev1.VolumeMountArgs {
	return &corev1.VolumeMountArgs{Name: pulumi.String(volume), MountPath: pulumi.String(path)}
}

func claimVolume(name string, claim pulumi.StringOutput) *corev1.VolumeArgs {
	return &corev1.VolumeArgs{
		Name:                  pulumi.String(name),
		PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSourceArgs{ClaimName: claim},
	}
}

func configVolume(name string, config pulumi.StringOutput) *corev1.VolumeArgs {
	return &corev1.VolumeArgs{
		Name: pulumi.String(name), ConfigMap: &corev1.ConfigMapVolumeSourceArgs{Name: config},
	}
}

// secretVolume shows secrets as files.
func secretVolume(name string, files map[string]kube.SecretKey) *corev1.VolumeArgs {
	var sources corev1.VolumeProjectionArray
	for _, file := range sorted(files) {
		ref := files[file]
		sources = append(sources, &corev1.VolumeProjectionArgs{Secret: &corev1.SecretProjectionArgs{
			Name: ref.Secret.ToStringOutput(),
			Items: corev1.KeyToPathArray{
				&corev1.KeyToPathArgs{Key: pulumi.String(ref.Key), Path: pulumi.String(file)},
			},
		}})
	}
	return &corev1.VolumeArgs{
		Name: pulumi.String(name), Projected: &corev1.ProjectedVolumeSourceArgs{Sources: sources},
	}
}
