package edge

import (
	"path"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

const (
	configFolder = "/etc/ngrok"
	configFile   = "ngrok.yml"
	// statusURL is the agent's own API, on the loopback alone.
	statusURL = "http://" + statusAddress + "/api/status"
)

// agent is a single pod that ends before the next one starts: an account may have but one session.
func agent(a Args, pod *corev1.PodTemplateSpecArgs) *appsv1.DeploymentArgs {
	return &appsv1.DeploymentArgs{
		Metadata: tunnelMeta(a),
		Spec: &appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(1),
			Selector: &metav1.LabelSelectorArgs{MatchLabels: a.Tunnel.App.Selector()},
			Strategy: &appsv1.DeploymentStrategyArgs{Type: pulumi.String("Recreate")},
			Template: pod,
		},
	}
}

func tunnelPod(t Tunnel, account, config pulumi.StringOutput) *corev1.PodTemplateSpecArgs {
	return &corev1.PodTemplateSpecArgs{
		Metadata: &metav1.ObjectMetaArgs{Labels: t.App.PodLabels()},
		Spec: &corev1.PodSpecArgs{
			ServiceAccountName:           account,
			AutomountServiceAccountToken: pulumi.Bool(false),
			EnableServiceLinks:           pulumi.Bool(false),
			SecurityContext:              kube.Restricted(t.UID),
			Containers:                   corev1.ContainerArray{tunnelContainer(t)},
			Volumes: corev1.VolumeArray{&corev1.VolumeArgs{
				Name: pulumi.String("config"), Secret: &corev1.SecretVolumeSourceArgs{SecretName: config},
			}},
		},
	}
}

func tunnelContainer(t Tunnel) *corev1.ContainerArgs {
	return &corev1.ContainerArgs{
		Name:  pulumi.String(t.App.Name),
		Image: pulumi.String(t.Image),
		Args: pulumi.StringArray{
			pulumi.String("start"), pulumi.String("--all"),
			pulumi.String("--config"), pulumi.String(path.Join(configFolder, configFile)),
		},
		Env:             corev1.EnvVarArray{t.Authtoken.Variable("NGROK_AUTHTOKEN")},
		Resources:       kube.Resources(t.CPU, t.Memory),
		SecurityContext: kube.Confined(),
		StartupProbe:    statusProbe(online, 2, 30),
		ReadinessProbe:  statusProbe(online, 10, 3),
		LivenessProbe:   statusProbe(answers, 10, 6),
		VolumeMounts: corev1.VolumeMountArray{&corev1.VolumeMountArgs{
			Name: pulumi.String("config"), MountPath: pulumi.String(configFolder), ReadOnly: pulumi.Bool(true),
		}},
	}
}

// What the probes ask. A session that is lost makes the agent unready; it dials again by itself, so that only an agent
// that does not answer is restarted.
const (
	answers = "wget -q -O /dev/null " + statusURL
	online  = "wget -q -O - " + statusURL + ` | grep -q '"status":"online"'`
)

func statusProbe(command string, period, failures int) *corev1.ProbeArgs {
	return &corev1.ProbeArgs{
		Exec:             &corev1.ExecActionArgs{Command: pulumi.ToStringArray([]string{"sh", "-c", command})},
		PeriodSeconds:    pulumi.Int(period),
		TimeoutSeconds:   pulumi.Int(5),
		FailureThreshold: pulumi.Int(failures),
	}
}
