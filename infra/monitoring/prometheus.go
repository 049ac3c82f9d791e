package monitoring

import (
	"fmt"
	"strconv"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

const (
	prometheus     = "prometheus"
	prometheusPort = 9090
	configFolder   = "/config"
	pagesFolder    = "/pages"
	configFile     = "prometheus.yml"
	rulesFile      = "rules.yml"
	// remoteWritePassword is the file with the other end's password.
	remoteWritePassword = "remote-write-password"
)

func secretFile(name string) string { return SecretFolder + "/" + name }

// Scraper is the peer that Prometheus is to those that it scrapes.
func Scraper(namespace string) kube.Peer {
	return kube.Peer{Namespace: namespace, Pods: kube.App{Name: prometheus}.Selector()}
}

func (m *Monitoring) prometheus(ctx *pulumi.Context, a Args) error {
	p := newPart(m, a, prometheus, a.Prometheus.Program)
	p.port, p.live, p.ready, p.rights = prometheusPort, "/-/healthy", "/-/ready", true
	p.callers = []kube.Peer{Scraper(a.Namespace.Name)}
	if a.Grafana != nil {
		p.callers = append(p.callers, a.peer(grafana))
	}
	p.callees = a.scraped()
	p.control, p.kubelets = &a.Cluster, true
	if err := p.prepare(ctx); err != nil {
		return err
	}
	if err := p.grantPrometheus(ctx, a); err != nil {
		return err
	}
	volumes, err := p.prometheusVolumes(ctx, a)
	if err != nil {
		return err
	}
	container := p.container(prometheusArgs(a.Prometheus)...)
	container.VolumeMounts = corev1.VolumeMountArray{
		mount("config", configFolder), mount("pages", pagesFolder), mount("data", dataPath),
	}
	if a.Prometheus.secrets() != nil {
		container.VolumeMounts = append(container.VolumeMounts.(corev1.VolumeMountArray), mount("secrets", SecretFolder))
	}
	if _, err := appsv1.NewStatefulSet(ctx, p.app.Name, p.statefulSet(p.template(container, volumes...)), pulumi.Parent(m)); err != nil {
		return fmt.Errorf("server: %w", err)
	}
	if err := p.open(ctx, a.Prometheus.NodePort, a.NodeHost); err != nil {
		return err
	}
	return p.budget(ctx)
}

// prometheusVolumes declares what Prometheus mounts. Its configuration and its pages keep their names when they change:
// Prometheus looks at the files itself and reads them again, without a restart and without an endpoint that could be told
// to.
func (p part) prometheusVolumes(ctx *pulumi.Context, a Args) ([]*corev1.VolumeArgs, error) {
	text, err := prometheusConfig(a)
	if err != nil {
		return nil, err
	}
	config, err := corev1.NewConfigMap(ctx, prometheus, &corev1.ConfigMapArgs{
		Metadata: p.meta(prometheus),
		Data:     pulumi.StringMap{configFile: pulumi.String(text), rulesFile: pulumi.String(a.Prometheus.Rules)},
	}, pulumi.Parent(p.of))
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	pages, err := corev1.NewConfigMap(ctx, prometheus+"-pages", &corev1.ConfigMapArgs{
		Metadata: p.meta(prometheus + "-pages"), Data: pulumi.ToStringMap(a.Prometheus.Pages),
	}, pulumi.Parent(p.of))
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	claim, err := p.claim(ctx, a.Prometheus.Volume, a.Protected)
	if err != nil {
		return nil, err
	}
	volumes := []*corev1.VolumeArgs{
		configVolume("config", config.Metadata.Name().Elem()), configVolume("pages", pages.Metadata.Name().Elem()),
		claimVolume("data", claim),
	}
	if secrets := a.Prometheus.secrets(); secrets != nil {
		volumes = append(volumes, secretVolume("secrets", secrets))
	}
	return volumes, nil
}

func (p Prometheus) secrets() map[string]kube.SecretKey {
	if p.RemoteWrite == nil || p.RemoteWrite.Password == nil {
		return nil
	}
	return map[string]kube.SecretKey{remoteWritePassword: *p.RemoteWrite.Password}
}

// prometheusArgs leave the lifecycle and administration endpoints off, as they are by default.
func prometheusArgs(p Prometheus) []string {
	return []string{
		"--config.file=" + configFolder + "/" + configFile,
		"--config.auto-reload",
		"--config.auto-reload-interval=15s",
		"--storage.tsdb.path=" + dataPath,
		"--storage.tsdb.retention.time=" + strconv.Itoa(p.RetentionDays) + "d",
		"--storage.tsdb.retention.size=" + strconv.FormatInt(p.RetentionBytes, 10) + "B",
		"--web.listen-address=:" + strconv.Itoa(prometheusPort),
		"--web.user-assets=" + pagesFolder,
	}
}

// statefulSet has one pod: never two at once on one volume.
func (p part) statefulSet(template *corev1.PodTemplateSpecArgs) *appsv1.StatefulSetArgs {
	return &appsv1.StatefulSetArgs{
		Metadata: p.meta(p.app.Name),
		Spec: &appsv1.StatefulSetSpecArgs{
			Replicas:    pulumi.Int(1),
			ServiceName: pulumi.String(p.host()),
			Selector:    &metav1.LabelSelectorArgs{MatchLabels: p.app.Selector()},
			Template:    template,
		},
	}
}

// peer is a part in the monitoring's own namespace.
func (a Args) peer(name string) kube.Peer {
	return kube.Peer{Pods: kube.App{Name: name}.Selector()}
}

// scraped is every pod and network that Prometheus connects to.
func (a Args) scraped() []callee {
	var list []callee
	for _, t := range a.targets() {
		list = append(list, callee{peers: t.peers(), ports: t.Numbers})
	}
	if w := a.Prometheus.RemoteWrite; w != nil {
		list = append(list, callee{peers: kube.Networks(w.Networks), ports: []int{w.Port}})
	}
	return list
}
