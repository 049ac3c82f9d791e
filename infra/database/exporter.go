package database

import (
	"fmt"
	"strconv"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// What a scraper must know of the server's exporter.
const (
	Exporter        = "postgres-exporter"
	MetricsPort     = 9187
	MetricsPortName = "metrics"
)

// measure runs the exporter, which has a pod of its own: a new version of it must not stop the server.
func (s server) measure(ctx *pulumi.Context) error {
	if s.Postgres.Metrics == nil {
		return nil
	}
	e := s
	e.app = kube.App{Name: Exporter, Tier: "data", Environment: s.Environment, Version: s.Postgres.Metrics.Version}
	child := pulumi.Parent(s.of)
	if _, err := networkingv1.NewNetworkPolicy(ctx, Exporter, exporterPolicy(e, s.app), child); err != nil {
		return fmt.Errorf("exporter: network policy: %w", err)
	}
	if _, err := appsv1.NewDeployment(ctx, Exporter, exporterDeployment(e), child); err != nil {
		return fmt.Errorf("exporter: %w", err)
	}
	if _, err := policyv1.NewPodDisruptionBudget(ctx, Exporter, disruptionBudget(e), child); err != nil {
		return fmt.Errorf("exporter: disruption budget: %w", err)
	}
	return nil
}

func exporterPolicy(e server, target kube.App) *networkingv1.NetworkPolicyArgs {
	return &networkingv1.NetworkPolicyArgs{
		Metadata: e.meta(Exporter),
		Spec: &networkingv1.NetworkPolicySpecArgs{
			PodSelector: &metav1.LabelSelectorArgs{MatchLabels: e.app.Selector()},
			PolicyTypes: pulumi.StringArray{pulumi.String("Ingress"), pulumi.String("Egress")},
			Ingress: networkingv1.NetworkPolicyIngressRuleArray{&networkingv1.NetworkPolicyIngressRuleArgs{
				From: kube.Peers(e.Postgres.Metrics.Scrapers...), Ports: kube.TCP(MetricsPort),
			}},
			Egress: networkingv1.NetworkPolicyEgressRuleArray{&networkingv1.NetworkPolicyEgressRuleArgs{
				To: kube.Peers(kube.Peer{Pods: target.Selector()}), Ports: kube.TCP(port),
			}},
		},
	}
}

func exporterDeployment(e server) *appsv1.DeploymentArgs {
	return &appsv1.DeploymentArgs{
		Metadata: e.meta(Exporter),
		Spec: &appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(1),
			Selector: &metav1.LabelSelectorArgs{MatchLabels: e.app.Selector()},
			Strategy: &appsv1.DeploymentStrategyArgs{Type: pulumi.String("Recreate")},
			Template: &corev1.PodTemplateSpecArgs{
				Metadata: &metav1.ObjectMetaArgs{Labels: e.app.PodLabels(), Annotations: annotations(e.Postgres.Metrics.Annotations)},
				Spec:     e.pod(corev1.ContainerArray{exporterContainer(e)}),
			},
		},
	}
}

// annotations are nil where there are none: an empty map would be a difference to a pod that has none.
func annotations(list map[string]string) pulumi.StringMapInput {
	if len(list) == 0 {
		return nil
	}
	return pulumi.ToStringMap(list)
}

func exporterContainer(e server) *corev1.ContainerArgs {
	m := e.Postgres.Metrics
	return &corev1.ContainerArgs{
		Name:            pulumi.String(Exporter),
		Image:           pulumi.String(m.Image),
		ImagePullPolicy: pulumi.String("IfNotPresent"),
		Args:            pulumi.ToStringArray([]string{"--web.listen-address=:" + strconv.Itoa(MetricsPort)}),
		Ports: corev1.ContainerPortArray{&corev1.ContainerPortArgs{
			Name: pulumi.String(MetricsPortName), ContainerPort: pulumi.Int(MetricsPort),
		}},
		Env: append(variables(
			"DATA_SOURCE_URI", e.host+":"+strconv.Itoa(port)+"/postgres?sslmode=disable",
			"DATA_SOURCE_USER", "metrics",
		), e.Secrets[MetricsPassword].Variable("DATA_SOURCE_PASS")),
		Resources:       kube.Resources(m.CPU, m.Memory),
		SecurityContext: kube.Confined(),
		StartupProbe:    answering(1, 60),
		LivenessProbe:   answering(10, 3),
		ReadinessProbe:  answering(5, 2),
	}
}

// answering asks for the exporter's front page, which tells that it runs whether or not the server does.
func answering(period, failures int) *corev1.ProbeArgs {
	return &corev1.ProbeArgs{
		HttpGet:          &corev1.HTTPGetActionArgs{Path: pulumi.String("/"), Port: pulumi.String(MetricsPortName)},
		PeriodSeconds:    pulumi.Int(period),
		TimeoutSeconds:   pulumi.Int(2),
		FailureThreshold: pulumi.Int(failures),
	}
}
