package main

import (
	"io"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/dashboards"
	"github.com/techcommerce/platform/infra/database"
	"github.com/techcommerce/platform/infra/foundation"
	"github.com/techcommerce/platform/infra/internal/kube"
	"github.com/techcommerce/platform/infra/keys"
	"github.com/techcommerce/platform/infra/monitoring"
	"github.com/techcommerce/platform/infra/notify"
	"github.com/techcommerce/platform/stacks"
)

// monitoringStack is the monitoring as declared, with its secrets.
type monitoringStack struct {
	*monitoring.Monitoring
	secrets *keys.Keys
}

// declareMonitoring declares Prometheus, Alertmanager, the exporters and Grafana. It returns nil where the stack sets no
// monitoring.
func declareMonitoring(ctx *pulumi.Context, stack stacks.Stack, release release, random io.Reader, deps dependencies, opts ...pulumi.ResourceOption) (
	*monitoringStack, error,
) {
	if stack.Monitoring == nil {
		return nil, nil
	}
	base, err := foundation.New(ctx, "monitoring-foundation", monitoringFoundationArgs(stack, release), opts...)
	if err != nil {
		return nil, err
	}
	nodesBase, err := foundation.New(ctx, "nodes-foundation", nodesFoundationArgs(stack, release), opts...)
	if err != nil {
		return nil, err
	}
	secrets, err := keys.New(ctx, "monitoring-keys", monitoringKeysArgs(stack, base, random), opts...)
	if err != nil {
		return nil, err
	}
	args, err := monitoringArgs(stack, release, monitoringDependencies{shop: deps.foundation, foundation: base, nodes: nodesBase, secrets: secrets})
	if err != nil {
		return nil, err
	}
	declared, err := monitoring.New(ctx, "monitoring", args, opts...)
	return &monitoringStack{Monitoring: declared, secrets: secrets}, err
}

// monitoringDependencies are the resources that must exist before the monitoring is declared.
type monitoringDependencies struct {
	shop, foundation, nodes *foundation.Foundation
	secrets                 *keys.Keys
}

func monitoringFoundationArgs(stack stacks.Stack, release release) foundation.Args {
	m := *stack.Monitoring
	args := namespaceArgs(stack, m.Namespace, "monitoring")
	args.Quota, args.Registries, args.Protected = monitoringQuota(m), monitoringRegistries(stack, release), stack.Protected
	return args
}

func nodesFoundationArgs(stack stacks.Stack, release release) foundation.Args {
	m := *stack.Monitoring
	args := namespaceArgs(stack, m.NodesNamespace(), "nodes")
	args.Quota, args.Registries, args.Privileged = nodesQuota(m), monitoringRegistries(stack, release), true
	return args
}

// monitoringRegistries are where images of the monitoring may come from.
func monitoringRegistries(stack stacks.Stack, release release) []string {
	if len(stack.Images.Registries) > 0 {
		return stack.Images.Registries
	}
	m := stack.Monitoring
	images := []stacks.Image{
		release.program("prometheus", m.Prometheus.Image), release.program("alertmanager", m.Alertmanager.Image),
		release.program("kube-state-metrics", m.KubeStateMetrics.Image),
		release.program("node-exporter", m.NodeExporter.Image),
	}
	if m.Probe != nil {
		images = append(images, release.program("blackbox-exporter", m.Probe.Image))
	}
	if m.Grafana != nil {
		images = append(images, stacks.Image(m.Grafana.Image))
	}
	var prefixes []string
	for _, image := range images {
		prefixes = append(prefixes, image.Repository())
	}
	return prefixes
}

// program is the image of a program that is not ours: the one that the local cluster was given, or the one that is set.
func (r release) program(name, set string) stacks.Image {
	if image, ok := r.others[name]; ok {
		return image
	}
	return stacks.Image(set)
}

func monitoringKeysArgs(stack stacks.Stack, base *foundation.Foundation, random io.Reader) keys.Args {
	args := keys.Args{
		Namespace: base.Namespace, Labels: sharedLabels(stack, "keys"), Given: map[string]string{},
		Generation: stack.Keys.Generation, Random: random,
	}
	for _, setting := range stack.Monitoring.Secrets() {
		args.Given[stacks.SecretName(setting)] = stack.Secrets[setting].Reveal()
	}
	if stack.Monitoring.Grafana != nil {
		setting := stacks.GrafanaAdminPassword
		args.Given[stacks.SecretName(setting)] = stack.Secrets[setting].Reveal()
	}
	return args
}

func monitoringArgs(stack stacks.Stack, release release, deps monitoringDependencies) (monitoring.Args, error) {
	m := *stack.Monitoring
	target := alertTarget(stack)
	rules, err := alerts.Rules(target).YAML()
	if err != nil {
		return monitoring.Args{}, err
	}
	routes, err := notify.Config(notifyArgs(m.Alertmanager.Receivers, target))
	if err != nil {
		return monitoring.Args{}, err
	}
	args := monitoring.Args{
		Namespace:   monitoring.Namespace{Name: m.Namespace, Ready: deps.foundation.Namespace},
		Nodes:       monitoring.Namespace{Name: m.NodesNamespace(), Ready: deps.nodes.Namespace},
		Watched:     []monitoring.Namespace{{Name: stack.Namespace, Ready: deps.shop.Namespace}},
		Environment: stack.Environment,
		UID:         contract.UID,
		Scrape:      scrape(stack),
		Cluster: monitoring.Cluster{
			Networks: cidrStrings(stack.Cluster.Nodes), Cilium: stack.Cluster.Cilium(), Unverified: unsignedKubelets(stack, release),
		},
		Prometheus: prometheusArgs(m.Prometheus, release, deps.secrets),
		Alertmanager: monitoring.Alertmanager{
			Program:  programOf(release, "alertmanager", m.Alertmanager.Image, m.Alertmanager.CPU, m.Alertmanager.Memory),
			Volume:   monitoring.Storage{Size: m.Alertmanager.Size.String(), Class: m.Alertmanager.StorageClass},
			Config:   routes,
			Secrets:  receiverSecrets(m, deps.secrets),
			Networks: cidrStrings(m.Alertmanager.Receivers.Networks),
			Ports:    m.Alertmanager.Receivers.Ports(stack.Secrets),
		},
		KubeStateMetrics: exporter(release, "kube-state-metrics", m.KubeStateMetrics),
		NodeExporter:     exporter(release, "node-exporter", m.NodeExporter),
		StartLimit:       stack.RecoveryDeadline.Seconds(),
		NodeHost:         stack.Edge.NodeHost,
		Protected:        stack.Protected,
	}
	args.Prometheus.Rules = rules
	if args.Prometheus.Pages, err = dashboards.Graphs(stack.Namespace, serviceNames()); err != nil {
		return monitoring.Args{}, err
	}
	if m.Probe != nil {
		args.Probe = probeArgs(stack, release)
	}
	if g := m.Grafana; g != nil {
		args.Grafana = grafanaArgs(*g, release, deps.secrets)
		args.Grafana.Dashboards = dashboards.Files(target.BaseLimits())
	}
	return args, nil
}

func prometheusArgs(p stacks.Prometheus, release release, secrets *keys.Keys) monitoring.Prometheus {
	args := monitoring.Prometheus{
		Program:        programOf(release, "prometheus", p.Image, p.CPU, p.Memory),
		Volume:         monitoring.Storage{Size: p.Size.String(), Class: p.StorageClass},
		RetentionDays:  p.RetentionDays,
		RetentionBytes: int64(p.Size / 5 * 4),
		Interval:       p.Interval.String(),
		Namespaces:     p.Namespaces,
		NodePort:       p.NodePort,
	}
	if w := p.RemoteWrite; w != nil {
		args.RemoteWrite = &monitoring.RemoteWrite{
			URL: w.URL, Port: stacks.PortOf(w.URL), User: w.User, Networks: cidrStrings(w.Networks),
		}
		if w.User != "" {
			password := secrets.Refs[stacks.SecretName(stacks.RemoteWritePassword)]
			args.RemoteWrite.Password = &password
		}
	}
	return args
}

func grafanaArgs(g stacks.Grafana, release release, secrets *keys.Keys) *monitoring.Grafana {
	return &monitoring.Grafana{
		Program:       programOf(release, "grafana", g.Image, g.CPU, g.Memory),
		Volume:        monitoring.Storage{Size: g.Size.String(), Class: g.StorageClass},
		URL:           g.URL,
		NodePort:      g.NodePort,
		Datasource:    dashboards.Datasource,
		AdminPassword: secrets.Refs[stacks.SecretName(stacks.GrafanaAdminPassword)],
	}
}

func exporter(release release, name string, e stacks.Exporter) monitoring.Program {
	return programOf(release, name, e.Image, e.CPU, e.Memory)
}

func programOf(release release, name, set string, cpu stacks.CPURange, memory stacks.MemoryRange) monitoring.Program {
	image := release.program(name, set)
	return monitoring.Program{
		Image: string(image), Version: image.Version(), CPU: cpuRange(cpu), Memory: memoryRange(memory),
	}
}

// scrape is what there is to scrape beside the monitoring itself.
func scrape(stack stacks.Stack) monitoring.Scrape {
	list := monitoring.Scrape{
		monitoring.Pods(alerts.JobServices, stack.Namespace, "internal", contract.InternalPort, serviceNames()...),
		{
			Job: alerts.JobCoreDNS, Namespace: "kube-system", Label: "k8s-app", Values: []string{"kube-dns"},
			Port: "metrics", Numbers: []int{9153},
		},
		{
			Job: alerts.JobMetricsServer, Namespace: "kube-system", Label: "k8s-app", Values: []string{"metrics-server"},
			Port: "https", Numbers: []int{10250}, Secure: true,
		},
	}
	if stack.Database.Postgres != nil {
		list = append(list, monitoring.Pods(
			alerts.JobPostgres, stack.Namespace, database.MetricsPortName, database.MetricsPort, database.Exporter))
	}
	if i := stack.Edge.Ingress; i != nil && i.Metrics {
		list = append(list, monitoring.Target{
			Job: alerts.JobIngress, Namespace: i.Proxies(stack.Cluster).Namespace, Label: "app.kubernetes.io/component",
			Values: []string{"controller"}, Port: "metrics", Numbers: []int{10254},
		})
	}
	return list
}

func serviceNames() []string {
	var names []string
	for _, service := range contract.Services() {
		names = append(names, service.Name)
	}
	return names
}

// graphs are where people find the dashboards as graphs in Prometheus, by name; none where nobody reaches it.
func (w *monitoringStack) graphs() map[string]string {
	at, ok := w.URLs["prometheus"]
	if !ok {
		return nil
	}
	urls := map[string]string{}
	for name, path := range dashboards.GraphPaths(serviceNames()) {
		urls[name] = at + path
	}
	return urls
}

// scrapers are who scrapes the shop's pods; nobody where nothing watches.
func scrapers(stack stacks.Stack) []kube.Peer {
	if stack.Monitoring == nil {
		return nil
	}
	return []kube.Peer{monitoring.Scraper(stack.Monitoring.Namespace)}
}
