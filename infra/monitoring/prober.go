package monitoring

import (
	"fmt"
	"net/url"
	"strconv"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"go.yaml.in/yaml/v3"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// Probe asks for addresses as a customer does: through DNS, load balancer, Ingress and TLS. The program is the
// blackbox exporter: Prometheus scrapes it once for each address, and it answers with what the request gave.
type Probe struct {
	Program
	// Targets are the addresses.
	Targets []ProbeTarget
}

// ProbeTarget is one address that is probed.
type ProbeTarget struct {
	// Job is the scrape job.
	Job string
	// URL is the address; a status of 2xx is success.
	URL string
	// Labels are those of its series.
	Labels map[string]string
	// Peers are who answers there, as network policies select them, and Ports where.
	Peers []kube.Peer
	Ports []int
}

const (
	blackbox     = "blackbox-exporter"
	blackboxPort = 9115
	blackboxFile = "blackbox.yml"
	// probeModule is the name of the one way to probe.
	probeModule = "http"
)

// Prober is the peer that the probe is to those that it asks.
func Prober(namespace string) kube.Peer {
	return kube.Peer{Namespace: namespace, Pods: kube.App{Name: blackbox}.Selector()}
}

// prober asks whom it is told to: nobody but Prometheus may tell it, and policies let it go nowhere but to its targets.
func (m *Monitoring) prober(ctx *pulumi.Context, a Args) error {
	if a.Probe == nil {
		return nil
	}
	p := newPart(m, a, blackbox, a.Probe.Program)
	p.port, p.live, p.ready = blackboxPort, "/-/healthy", "/-/healthy"
	p.callers = []kube.Peer{a.peer(prometheus)}
	for _, target := range a.Probe.Targets {
		p.callees = append(p.callees, callee{peers: target.Peers, ports: target.Ports})
	}
	if err := p.prepare(ctx); err != nil {
		return err
	}
	text, err := blackboxConfig()
	if err != nil {
		return err
	}
	config, err := p.config(ctx, blackbox, map[string]string{blackboxFile: text})
	if err != nil {
		return err
	}
	container := p.container(
		"--config.file="+configFolder+"/"+blackboxFile,
		"--web.listen-address=:"+strconv.Itoa(blackboxPort),
	)
	container.VolumeMounts = corev1.VolumeMountArray{mount("config", configFolder)}
	template := p.template(container, configVolume("config", config))
	if _, err := appsv1.NewDeployment(ctx, p.app.Name, p.deployment(template), pulumi.Parent(m)); err != nil {
		return fmt.Errorf("deployment: %w", err)
	}
	return p.budget(ctx)
}

// blackboxConfig is the text of blackbox.yml. Prometheus' own time limit, its interval, ends a probe earlier.
func blackboxConfig() (string, error) {
	type http struct {
		Protocol string `yaml:"preferred_ip_protocol"`
	}
	type module struct {
		Prober  string `yaml:"prober"`
		Timeout string `yaml:"timeout"`
		HTTP    http   `yaml:"http"`
	}
	text, err := yaml.Marshal(map[string]map[string]module{
		"modules": {probeModule: {Prober: "http", Timeout: "10s", HTTP: http{Protocol: "ip4"}}},
	})
	if err != nil {
		return "", fmt.Errorf("configuration: %w", err)
	}
	return string(text), nil
}

// probes are the scrape jobs of the targets, and that of the exporter's own metrics.
func (a Args) probes() Scrape {
	if a.Probe == nil {
		return nil
	}
	list := Scrape{Pods(blackbox, a.Namespace.Name, portHTTP, blackboxPort, blackbox)}
	for _, target := range a.Probe.Targets {
		probe := Pods(target.Job, a.Namespace.Name, portHTTP, blackboxPort, blackbox)
		probe.Path = "/probe"
		probe.Params = url.Values{"module": {probeModule}, "target": {target.URL}}
		probe.Labels = map[string]string{"target": target.URL}
		for name, value := range target.Labels {
			probe.Labels[name] = value
		}
		list = append(list, probe)
	}
	return list
}
