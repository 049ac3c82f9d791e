package database

import (
	"strings"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// Container is what the server's container is called.
const Container = "postgres"

// portName is what Service and container call the port.
const portName = "postgres"

func service(s server) *corev1.ServiceArgs {
	return &corev1.ServiceArgs{
		Metadata: s.meta(s.host),
		Spec: &corev1.ServiceSpecArgs{
			Type:     pulumi.String("ClusterIP"),
			Selector: s.app.Selector(),
			Ports: corev1.ServicePortArray{&corev1.ServicePortArgs{
				Name: pulumi.String(portName), Port: pulumi.Int(port), TargetPort: pulumi.String(portName),
			}},
		},
	}
}

// disruptionBudget lets the one server move when its node is drained: a budget that never allowed it would block the
// drain, not save the server.
func disruptionBudget(s server) *policyv1.PodDisruptionBudgetArgs {
	return &policyv1.PodDisruptionBudgetArgs{
		Metadata: s.meta(s.app.Name), Spec: kube.OneByOne(s.app.Selector()),
	}
}

// statefulSet has one server: never two at once on one volume. The volume is a claim of its own and no template, so
// that it can be protected.
func statefulSet(s server) *appsv1.StatefulSetArgs {
	return &appsv1.StatefulSetArgs{
		Metadata: s.meta(s.app.Name),
		Spec: &appsv1.StatefulSetSpecArgs{
			Replicas:    pulumi.Int(1),
			ServiceName: pulumi.String(s.host),
			Selector:    &metav1.LabelSelectorArgs{MatchLabels: s.app.Selector()},
			Template: &corev1.PodTemplateSpecArgs{
				Metadata: &metav1.ObjectMetaArgs{Labels: s.app.PodLabels(), Annotations: annotations(s.Postgres.Annotations)},
				Spec:     serverPod(s),
			},
		},
	}
}

// stopSeconds is how long the server has to write what it holds.
const stopSeconds = 60

func serverPod(s server) *corev1.PodSpecArgs {
	spec := s.pod(corev1.ContainerArray{serverContainer(s)})
	spec.TerminationGracePeriodSeconds = pulumi.Int(stopSeconds)
	spec.Volumes = append(s.volumes(), claimVolume("data", s.volume), s.keyVolume())
	return spec
}

func serverContainer(s server) *corev1.ContainerArgs {
	c := s.container(Container, s.Postgres.Image, "start.sh", s.Postgres.CPU, s.Postgres.Memory)
	c.Ports = corev1.ContainerPortArray{
		&corev1.ContainerPortArgs{Name: pulumi.String(portName), ContainerPort: pulumi.Int(port)},
	}
	c.Env = variables(
		"PGDATA", dataPath+"/pgdata",
		"ROLES", strings.Join(s.roles(), " "),
	)
	// Recovery after a crash may take long. Whoever kills the server then makes it begin again.
	c.StartupProbe = accepting(5, s.Postgres.StartLimit/5)
	c.LivenessProbe = accepting(10, 6)
	c.ReadinessProbe = accepting(5, 2)
	c.VolumeMounts = append(s.mounts(), mount("data", dataPath), mount("keys", "/keys"))
	return c
}

// accepting asks over the network: while the start script prepares roles the server is there but not open.
func accepting(period, failures int) *corev1.ProbeArgs {
	return &corev1.ProbeArgs{
		Exec: &corev1.ExecActionArgs{Command: pulumi.ToStringArray([]string{"/bin/sh", "-c",
			`PATH="$PATH:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)"; exec pg_isready -q -h 127.0.0.1`})},
		PeriodSeconds:    pulumi.Int(period),
		TimeoutSeconds:   pulumi.Int(5),
		FailureThreshold: pulumi.Int(failures),
	}
}

// keyVolume shows each role's password as a file with the role's name.
func (s server) keyVolume() *corev1.VolumeArgs {
	sources := corev1.VolumeProjectionArray{keyFile(s.Secrets[BackupPassword], "backup")}
	if s.Postgres.Metrics != nil {
		sources = append(sources, keyFile(s.Secrets[MetricsPassword], "metrics"))
	}
	for _, app := range s.Apps {
		sources = append(sources, keyFile(s.Secrets[PasswordName(app.Name)], role(app.Name)))
	}
	return &corev1.VolumeArgs{
		Name: pulumi.String("keys"), Projected: &corev1.ProjectedVolumeSourceArgs{Sources: sources},
	}
}

func keyFile(ref kube.SecretKey, file string) *corev1.VolumeProjectionArgs {
	return &corev1.VolumeProjectionArgs{Secret: &corev1.SecretProjectionArgs{
		Name: ref.Secret.ToStringOutput(),
		Items: corev1.KeyToPathArray{
			&corev1.KeyToPathArgs{Key: pulumi.String(ref.Key), Path: pulumi.String(file)},
		},
	}}
}
