package kube

import (
	"strings"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// SecretKey is one entry of a Secret.
type SecretKey struct {
	// Secret is the Secret's name.
	Secret pulumi.StringInput
	// Key is the entry.
	Key string
}

// Variable is an environment variable with the entry's value.
func (k SecretKey) Variable(name string) *corev1.EnvVarArgs {
	return &corev1.EnvVarArgs{
		Name: pulumi.String(name),
		ValueFrom: &corev1.EnvVarSourceArgs{SecretKeyRef: &corev1.SecretKeySelectorArgs{
			Name: k.Secret.ToStringOutput(), Key: pulumi.String(k.Key),
		}},
	}
}

// Restricted is the pod's half of what Pod Security "restricted" demands, for a user of our own images.
func Restricted(uid int) *corev1.PodSecurityContextArgs {
	return &corev1.PodSecurityContextArgs{
		RunAsNonRoot:        pulumi.Bool(true),
		RunAsUser:           pulumi.Int(uid),
		RunAsGroup:          pulumi.Int(uid),
		FsGroup:             pulumi.Int(uid),
		FsGroupChangePolicy: pulumi.String("OnRootMismatch"),
		SeccompProfile:      &corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
	}
}

// Confined is the container's half.
func Confined() *corev1.SecurityContextArgs {
	return &corev1.SecurityContextArgs{
		AllowPrivilegeEscalation: pulumi.Bool(false),
		ReadOnlyRootFilesystem:   pulumi.Bool(true),
		Capabilities:             &corev1.CapabilitiesArgs{Drop: pulumi.StringArray{pulumi.String("ALL")}},
	}
}

// SafeToEvict are annotations that let the cluster autoscaler remove a node from under a pod although the named volumes,
// emptyDirs whose content nobody misses, go with it. Without them such a pod keeps its node for ever.
func SafeToEvict(volumes ...string) map[string]string {
	return map[string]string{"cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes": strings.Join(volumes, ",")}
}

// Range is what a container asks for and the most that it gets. An empty limit is none.
type Range struct{ Request, Limit string }

// Resources are a container's requests and limits.
func Resources(cpu, memory Range) *corev1.ResourceRequirementsArgs {
	return &corev1.ResourceRequirementsArgs{
		Requests: quantities(cpu.Request, memory.Request),
		Limits:   quantities(cpu.Limit, memory.Limit),
	}
}

func quantities(cpu, memory string) pulumi.StringMap {
	amounts := pulumi.StringMap{}
	if cpu != "" {
		amounts["cpu"] = pulumi.String(cpu)
	}
	if memory != "" {
		amounts["memory"] = pulumi.String(memory)
	}
	return amounts
}
