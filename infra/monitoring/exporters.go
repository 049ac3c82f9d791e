package monitoring

import (
	"fmt"
	"strconv"
	"strings"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

const (
	kubeStateMetrics     = "kube-state-metrics"
	kubeStateMetricsPort = 8080
	// nodesPort is where a second one tells of the nodes.
	nodesPort        = 8090
	nodeExporter     = "node-exporter"
	nodeExporterPort = 9100
)

// kubeStateMetrics reads the stack's own namespaces and the nodes, and no more of the cluster. It would tell of each node
// once for each namespace, so the nodes have a container of their own.
func (m *Monitoring) kubeStateMetrics(ctx *pulumi.Context, a Args) error {
	p := newPart(m, a, kubeStateMetrics, a.KubeStateMetrics)
	p.port, p.live, p.ready, p.rights = kubeStateMetricsPort, "/healthz", "/healthz", true
	p.morePorts = []int{nodesPort}
	p.callers = []kube.Peer{a.peer(prometheus)}
	p.control = &a.Cluster
	if err := p.prepare(ctx); err != nil {
		return err
	}
	var names, resources []string
	for _, namespace := range append([]Namespace{a.Namespace, a.Nodes}, a.Watched...) {
		names = append(names, namespace.Name)
		if err := p.grantIn(ctx, namespace, objects()...); err != nil {
			return err
		}
	}
	if err := p.grantEverywhere(ctx, rule{resources: []string{"nodes"}, verbs: []string{"list", "watch"}}); err != nil {
		return err
	}
	for _, r := range objects() {
		resources = append(resources, r.resources...)
	}
	template := p.template(p.telling("--namespaces="+strings.Join(names, ","), "--resources="+strings.Join(resources, ",")))
	nodes := p
	nodes.port = nodesPort
	second := nodes.telling("--resources=nodes")
	second.Name = pulumi.String(kubeStateMetrics + "-nodes")
	spec := template.Spec.(*corev1.PodSpecArgs)
	spec.Containers = append(spec.Containers.(corev1.ContainerArray), second)
	if _, err := appsv1.NewDeployment(ctx, p.app.Name, p.deployment(template), pulumi.Parent(m)); err != nil {
		return fmt.Errorf("deployment: %w", err)
	}
	return p.budget(ctx)
}

// telling is a container that serves on the part's port, and its own metrics, which nobody asks for, on the next one.
func (p part) telling(args ...string) *corev1.ContainerArgs {
	return p.container(append([]string{
		"--port=" + strconv.Itoa(p.port), "--telemetry-port=" + strconv.Itoa(p.port+1),
	}, args...)...)
}

// objects are what rules and dashboards ask about.
func objects() []rule {
	following := []string{"list", "watch"}
	return []rule{
		{resources: []string{"pods", "persistentvolumeclaims", "resourcequotas"}, verbs: following},
		{group: "apps", resources: []string{"deployments", "statefulsets", "daemonsets"}, verbs: following},
		{group: "batch", resources: []string{"jobs", "cronjobs"}, verbs: following},
		{group: "autoscaling", resources: []string{"horizontalpodautoscalers"}, verbs: following},
	}
}

// deployment has one pod, which is gone before the next one comes: two would say everything twice.
func (p part) deployment(template *corev1.PodTemplateSpecArgs) *appsv1.DeploymentArgs {
	return &appsv1.DeploymentArgs{
		Metadata: p.meta(p.app.Name),
		Spec: &appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(1),
			Selector: &metav1.LabelSelectorArgs{MatchLabels: p.app.Selector()},
			Strategy: &appsv1.DeploymentStrategyArgs{Type: pulumi.String("Recreate")},
			Template: template,
		},
	}
}

// nodeExporter runs on every node, in a namespace where folders of the node may be mounted: disks and memory are
// nowhere else to be seen. It is the only such pod, cannot write there, has no right and no capability, and keeps a
// network of its own, so that a policy can say who asks it. The kubelet says what the node sends and receives.
func (m *Monitoring) nodeExporter(ctx *pulumi.Context, a Args) error {
	p := newPart(m, a, nodeExporter, a.NodeExporter)
	p.in, p.port, p.live, p.ready = a.Nodes, nodeExporterPort, "/", "/"
	p.callers = []kube.Peer{Scraper(a.Namespace.Name)}
	if err := p.prepare(ctx); err != nil {
		return err
	}
	root := mount("root", nodeRoot)
	root.ReadOnly = pulumi.Bool(true)
	// What the node mounts later is seen too.
	root.MountPropagation = pulumi.String("HostToContainer")
	container := p.container(nodeExporterArgs()...)
	container.VolumeMounts = corev1.VolumeMountArray{root}
	template := p.template(container, &corev1.VolumeArgs{
		Name: pulumi.String("root"), HostPath: &corev1.HostPathVolumeSourceArgs{Path: pulumi.String("/")},
	})
	if _, err := appsv1.NewDaemonSet(ctx, p.app.Name, p.daemonSet(template), pulumi.Parent(m)); err != nil {
		return fmt.Errorf("daemon set: %w", err)
	}
	return nil
}

// nodeRoot is where the node's file system is mounted.
const nodeRoot = "/host"

// nodeExporterArgs name what is true of the node as seen from a pod: the network, for one, is not.
func nodeExporterArgs() []string {
	args := []string{
		"--web.listen-address=:" + strconv.Itoa(nodeExporterPort),
		"--path.rootfs=" + nodeRoot, "--path.procfs=" + nodeRoot + "/proc", "--path.sysfs=" + nodeRoot + "/sys",
		`--collector.filesystem.mount-points-exclude=^/(dev|proc|run|sys|var/lib/(docker|containerd|containers|kubelet))($|/)`,
		"--collector.disable-defaults",
	}
	for _, collector := range []string{
		"cpu", "diskstats", "filefd", "filesystem", "loadavg", "meminfo", "pressure", "stat", "time", "timex", "uname", "vmstat",
	} {
		args = append(args, "--collector."+collector)
	}
	return args
}

// daemonSet runs on every node, also on those that keep other pods off.
func (p part) daemonSet(template *corev1.PodTemplateSpecArgs) *appsv1.DaemonSetArgs {
	template.Spec.(*corev1.PodSpecArgs).Tolerations = corev1.TolerationArray{
		&corev1.TolerationArgs{Operator: pulumi.String("Exists")},
	}
	return &appsv1.DaemonSetArgs{
		Metadata: p.meta(p.app.Name),
		Spec: &appsv1.DaemonSetSpecArgs{
			Selector: &metav1.LabelSelectorArgs{MatchLabels: p.app.Selector()},
			UpdateStrategy: &appsv1.DaemonSetUpdateStrategyArgs{
				Type:          pulumi.String("RollingUpdate"),
				RollingUpdate: &appsv1.RollingUpdateDaemonSetArgs{MaxUnavailable: pulumi.String("10%")},
			},
			Template: template,
		},
	}
}
