package workload

import (
	"maps"
	"slices"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// Names within the pod. The ports' names are what probes, Services and scrapes refer to.
const (
	portHTTP     = "http"
	portInternal = "internal"
	volumeData   = "data"
	volumeTmp    = "tmp"
	volumeConfig = "config"
)

// podTemplate has no preStop hook: the service itself goes on serving for its drain delay after SIGTERM, and the grace
// period is longer than its whole drain.
func podTemplate(a Args) *corev1.PodTemplateSpecArgs {
	annotations := kube.SafeToEvict(volumeTmp)
	maps.Copy(annotations, a.Annotations)
	return &corev1.PodTemplateSpecArgs{
		Metadata: &metav1.ObjectMetaArgs{Labels: a.App.PodLabels(), Annotations: pulumi.ToStringMap(annotations)},
		Spec: &corev1.PodSpecArgs{
			ServiceAccountName:            a.account,
			AutomountServiceAccountToken:  pulumi.Bool(false),
			EnableServiceLinks:            pulumi.Bool(false),
			TerminationGracePeriodSeconds: pulumi.Int(a.GracePeriod),
			SecurityContext:               kube.Restricted(a.UID),
			Affinity:                      affinity(a),
			TopologySpreadConstraints:     spread(a),
			Containers:                    corev1.ContainerArray{container(a)},
			Volumes:                       volumes(a),
		},
	}
}

func container(a Args) *corev1.ContainerArgs {
	return &corev1.ContainerArgs{
		Name:  pulumi.String(a.App.Name),
		Image: pulumi.String(a.Image),
		// The reference names its content, so a copy that is there is the right one.
		ImagePullPolicy: pulumi.String("IfNotPresent"),
		Ports: corev1.ContainerPortArray{
			&corev1.ContainerPortArgs{Name: pulumi.String(portHTTP), ContainerPort: pulumi.Int(a.Port)},
			&corev1.ContainerPortArgs{Name: pulumi.String(portInternal), ContainerPort: pulumi.Int(a.InternalPort)},
		},
		Env:             env(a),
		Resources:       kube.Resources(a.CPU, a.Memory),
		SecurityContext: kube.Confined(),
		StartupProbe:    probe(a.Probes.Health, 1, 60),
		LivenessProbe:   probe(a.Probes.Health, 10, 3),
		ReadinessProbe:  probe(a.Probes.Ready, 5, 2),
		VolumeMounts:    mounts(a),
	}
}

func probe(path string, period, failures int) *corev1.ProbeArgs {
	return &corev1.ProbeArgs{
		HttpGet: &corev1.HTTPGetActionArgs{
			Path: pulumi.String(path), Port: pulumi.String(portHTTP),
		},
		PeriodSeconds:    pulumi.Int(period),
		TimeoutSeconds:   pulumi.Int(2),
		FailureThreshold: pulumi.Int(failures),
	}
}

// env is sorted, so that equal settings are equal pods. Secrets come first: a plain value may refer to them.
func env(a Args) corev1.EnvVarArray {
	var vars corev1.EnvVarArray
	for _, name := range slices.Sorted(maps.Keys(a.SecretEnv)) {
		vars = append(vars, a.SecretEnv[name].Variable(name))
	}
	for _, name := range slices.Sorted(maps.Keys(a.Env)) {
		vars = append(vars, &corev1.EnvVarArgs{Name: pulumi.String(name), Value: pulumi.String(a.Env[name])})
	}
	return vars
}

// volumes has a small scratch space beside the data, because the image's own file system is read-only.
func volumes(a Args) corev1.VolumeArray {
	list := corev1.VolumeArray{&corev1.VolumeArgs{
		Name:     pulumi.String(volumeTmp),
		EmptyDir: &corev1.EmptyDirVolumeSourceArgs{SizeLimit: pulumi.String("16Mi")},
	}}
	if a.Volume != nil {
		list = append(list, &corev1.VolumeArgs{
			Name: pulumi.String(volumeData),
			PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSourceArgs{
				ClaimName: a.Volume.Claim.ToStringOutput(),
			},
		})
	}
	if a.Config != nil {
		list = append(list, &corev1.VolumeArgs{
			Name: pulumi.String(volumeConfig), ConfigMap: &corev1.ConfigMapVolumeSourceArgs{Name: a.Config.Name.ToStringOutput()},
		})
	}
	return list
}

func mounts(a Args) corev1.VolumeMountArray {
	list := corev1.VolumeMountArray{&corev1.VolumeMountArgs{
		Name: pulumi.String(volumeTmp), MountPath: pulumi.String("/tmp"),
	}}
	if a.Volume != nil {
		list = append(list, &corev1.VolumeMountArgs{
			Name: pulumi.String(volumeData), MountPath: pulumi.String(a.Volume.Path),
		})
	}
	if a.Config != nil {
		list = append(list, &corev1.VolumeMountArgs{
			Name: pulumi.String(volumeConfig), MountPath: pulumi.String(a.Config.Path), ReadOnly: pulumi.Bool(true),
		})
	}
	return list
}
