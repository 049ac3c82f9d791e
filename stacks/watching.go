package stacks

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The secrets of monitoring. Grafana's is generated where none is given.
const (
	AlertWebhookURL      = "alertWebhookUrl"
	SlackWebhookURL      = "slackWebhookUrl"
	PagerDutyRoutingKey  = "pagerDutyRoutingKey"
	SMTPPassword         = "smtpPassword"
	HeartbeatURL         = "heartbeatUrl"
	RemoteWritePassword  = "remoteWritePassword"
	GrafanaAdminPassword = "grafanaAdminPassword"
)

func monitoringSecrets() []string {
	return []string{AlertWebhookURL, SlackWebhookURL, PagerDutyRoutingKey, SMTPPassword, HeartbeatURL, RemoteWritePassword}
}

// NodesNamespace holds the agents on the nodes, which may see more of them than any other pod.
func (m Monitoring) NodesNamespace() string { return m.Namespace + "-nodes" }

// Secrets lists the secrets that must be given.
func (m Monitoring) Secrets() []string {
	var names []string
	r := m.Alertmanager.Receivers
	if r.Webhook != nil && r.Webhook.URL == "" {
		names = append(names, AlertWebhookURL)
	}
	if r.Slack != nil {
		names = append(names, SlackWebhookURL)
	}
	if r.PagerDuty != nil {
		names = append(names, PagerDutyRoutingKey)
	}
	if r.Email != nil && r.Email.User != "" {
		names = append(names, SMTPPassword)
	}
	if r.Heartbeat != nil {
		names = append(names, HeartbeatURL)
	}
	if w := m.Prometheus.RemoteWrite; w != nil && w.User != "" {
		names = append(names, RemoteWritePassword)
	}
	return names
}

// Any reports whether anybody is notified of alerts.
func (r Receivers) Any() bool {
	return r.Webhook != nil || r.Slack != nil || r.PagerDuty != nil || r.Email != nil
}

// Ports lists where the receivers listen.
func (r Receivers) Ports(secrets map[string]Secret) []int {
	var ports []int
	if w := r.Webhook; w != nil && w.URL != "" {
		ports = append(ports, PortOf(w.URL))
	} else if w != nil {
		ports = append(ports, PortOf(secrets[AlertWebhookURL].Reveal()))
	}
	if r.Slack != nil {
		ports = append(ports, PortOf(secrets[SlackWebhookURL].Reveal()))
	}
	if r.PagerDuty != nil {
		ports = append(ports, 443)
	}
	if r.Heartbeat != nil {
		ports = append(ports, PortOf(secrets[HeartbeatURL].Reveal()))
	}
	if r.Email != nil {
		_, port, _ := net.SplitHostPort(r.Email.Server) // its form was checked
		number, _ := strconv.Atoi(port)
		ports = append(ports, number)
	}
	slices.Sort(ports)
	return slices.Compact(ports)
}

// PortOf is the port that an address leads to.
func PortOf(address string) int {
	parsed, err := url.Parse(address)
	if err != nil {
		return 0
	}
	if port, err := strconv.Atoi(parsed.Port()); err == nil {
		return port
	}
	if parsed.Scheme == "http" {
		return 80
	}
	return 443
}

func (s Stack) validateMonitoring() []Problem {
	m := s.Monitoring
	if m == nil {
		return nil
	}
	var found problems
	if m.Namespace == s.Namespace {
		found.add("monitoring.namespace", "%s is the shop's own", m.Namespace)
	}
	p := m.Prometheus
	for i, namespace := range p.Namespaces {
		if form := pattern("label"); !form.expression.MatchString(namespace) {
			found.add(fmt.Sprintf("monitoring.prometheus.namespaces[%d]", i), "%q, %s", namespace, form.rule)
		}
	}
	found = append(found, validateRange("monitoring.prometheus", p.CPU, p.Memory)...)
	found = append(found, validateRange("monitoring.alertmanager", m.Alertmanager.CPU, m.Alertmanager.Memory)...)
	for path, e := range map[string]Exporter{
		"kubeStateMetrics": m.KubeStateMetrics, "nodeExporter": m.NodeExporter, "postgresExporter": m.PostgresExporter,
	} {
		found = append(found, validateRange("monitoring."+path, e.CPU, e.Memory)...)
	}
	if probe := m.Probe; probe != nil {
		found = append(found, validateRange("monitoring.probe", probe.CPU, probe.Memory)...)
	}
	sizes := map[string]Bytes{"prometheus": p.Size, "alertmanager": m.Alertmanager.Size}
	if g := m.Grafana; g != nil {
		found = append(found, validateRange("monitoring.grafana", g.CPU, g.Memory)...)
		sizes["grafana"] = g.Size
	}
	for path, size := range sizes {
		if size <= 0 {
			found.add("monitoring."+path+".size", "%s, want more than 0", size)
		}
	}
	if p.Interval < Second || p.Interval > 60*Second {
		found.add("monitoring.prometheus.interval", "%s, want 1s to 1m0s", p.Interval)
	}
	if w := p.RemoteWrite; w != nil && (w.URL == "" || len(w.Networks) == 0) {
		found.add("monitoring.prometheus.remoteWrite", "want url and networks")
	}
	found = append(found, m.Alertmanager.Receivers.validate("monitoring.alertmanager.receivers")...)
	found = append(found, s.validateMonitoringSecrets(*m)...)
	return append(found, s.validateNodePorts(*m)...)
}

func (r Receivers) validate(path string) []Problem {
	var found problems
	if r.Slack != nil && r.Slack.Channel == "" {
		found.add(path+".slack.channel", "missing")
	}
	if e := r.Email; e != nil && (e.To == "" || e.From == "" || e.Server == "") {
		found.add(path+".email", "want to, from and server")
	}
	if (r.Any() || r.Heartbeat != nil) && len(r.Networks) == 0 {
		found.add(path+".networks", "empty, want the address ranges of the receivers, such as 0.0.0.0/0")
	}
	return found
}

func (s Stack) validateMonitoringSecrets(m Monitoring) []Problem {
	var found problems
	for _, setting := range m.Secrets() {
		value, ok := s.Secrets[setting]
		switch {
		case !ok:
			found.add(setting, "missing; run `pulumi config set --secret %s`", setting)
		case value == "": // reported where it was read
		case !slices.Contains([]string{AlertWebhookURL, SlackWebhookURL, HeartbeatURL}, setting):
		case !pattern("address").expression.MatchString(value.Reveal()):
			found.add(setting, "%s", pattern("address").rule)
		}
	}
	return found
}

// validateNodePorts demands that no port is opened twice, and none where the shop itself has one way in alone.
func (s Stack) validateNodePorts(m Monitoring) []Problem {
	var found problems
	taken := map[int]string{s.Edge.NodePort: "edge.nodePort"}
	ports := map[string]int{"monitoring.prometheus.nodePort": m.Prometheus.NodePort}
	if m.Grafana != nil {
		ports["monitoring.grafana.nodePort"] = m.Grafana.NodePort
	}
	for _, path := range []string{"monitoring.prometheus.nodePort", "monitoring.grafana.nodePort"} {
		if other := taken[ports[path]]; other != "" && ports[path] != 0 {
			found.add(path, "%d is %s already", ports[path], other)
		}
		if s.Edge.Secure && ports[path] != 0 {
			found.add(path, "%d, but edge.secure allows only an ingress or a gateway with TLS", ports[path])
		}
		taken[ports[path]] = path
	}
	return found
}

// ProbedAddress is the public address that is probed, empty where there is none.
func (s Stack) ProbedAddress() string {
	m := s.Monitoring
	host, tls, named := s.Edge.Host()
	switch {
	case m == nil || m.Probe == nil:
		return ""
	case m.Probe.URL != "":
		return strings.TrimSuffix(m.Probe.URL, "/")
	case named && tls != nil:
		return "https://" + host
	case named:
		return "http://" + host
	}
	return ""
}

// CertificateHost is the host whose certificate monitoring sees: through the probe, or as ingress-nginx says. Empty where
// there is no certificate, or nobody who sees it.
func (s Stack) CertificateHost() string {
	host, tls, _ := s.Edge.Host()
	seen := strings.HasPrefix(s.ProbedAddress(), "https://") || s.Edge.Ingress != nil && s.Edge.Ingress.Metrics
	if tls == nil || !seen {
		return ""
	}
	return host
}

func (s Stack) monitoringOff() map[string]string {
	m := s.Monitoring
	if m == nil {
		return map[string]string{"monitoring": "monitoring is not set"}
	}
	off := map[string]string{}
	if !m.Alertmanager.Receivers.Any() {
		off["alert receivers"] = "monitoring.alertmanager.receivers is not set: alerts are shown, but nobody is told"
	}
	if m.Alertmanager.Receivers.Heartbeat == nil {
		off["alert heartbeat"] = "monitoring.alertmanager.receivers.heartbeat is not set: nobody notices that alerting has stopped"
	}
	if m.Probe == nil {
		off["probe from outside"] = "monitoring.probe is not set: only the shop itself says whether it can be reached"
	}
	if s.Edge.Encrypts() && s.CertificateHost() == "" {
		off["certificate expiry"] = "monitoring.probe is not set, nor edge.ingress.metrics: nobody sees when the certificate ends"
	}
	if m.Grafana == nil {
		off["dashboards"] = "monitoring.grafana is not set"
	}
	if m.Runbooks == "" {
		off["runbook links"] = "monitoring.runbooks is not set"
	}
	return off
}
