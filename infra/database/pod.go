package database

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// pod is what the server's pod and its jobs' pods have in common.
func (s server) pod(containers corev1.ContainerArray) *corev1.PodSpecArgs {
	return &corev1.PodSpecArgs{
		ServiceAccountName:           s.account,
		AutomountServiceAccountToken: pulumi.Bool(false),
		EnableServiceLinks:           pulumi.Bool(false),
		SecurityContext:              kube.Restricted(s.UID),
		Containers:                   containers,
	}
}

// container runs one of the scripts.
func (s server) container(name, image, script string, cpu, memory kube.Range) *corev1.ContainerArgs {
	return &corev1.ContainerArgs{
		Name:            pulumi.String(name),
		Image:           pulumi.String(image),
		ImagePullPolicy: pulumi.String("IfNotPresent"),
		Command:         pulumi.ToStringArray([]string{"/bin/sh", "/config/" + script}),
		Resources:       kube.Resources(cpu, memory),
		SecurityContext: kube.Confined(),
		VolumeMounts:    s.mounts(),
	}
}

// volumes are the configuration and a place for sockets and notes.
func (s server) volumes() corev1.VolumeArray {
	return corev1.VolumeArray{
		&corev1.VolumeArgs{
			Name: pulumi.String("config"), ConfigMap: &corev1.ConfigMapVolumeSourceArgs{Name: s.config},
		},
		&corev1.VolumeArgs{
			Name:     pulumi.String("tmp"),
			EmptyDir: &corev1.EmptyDirVolumeSourceArgs{SizeLimit: pulumi.String("64Mi")},
		},
	}
}

func (s server) mounts() corev1.VolumeMountArray {
	user := mount("config", "/etc/passwd")
	user.SubPath = pulumi.String("passwd")
	return corev1.VolumeMountArray{mount("config", "/config"), mount("tmp", "/tmp"), user}
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

// variables are pairs of name and value.
func variables(pairs ...string) corev1.EnvVarArray {
	var vars corev1.EnvVarArray
	for i := 0; i+1 < len(pairs); i += 2 {
		vars = append(vars, &corev1.EnvVarArgs{Name: pulumi.String(pairs[i]), Value: pulumi.String(pairs[i+1])})
	}
	return vars
}
