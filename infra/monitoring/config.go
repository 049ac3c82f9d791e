package monitoring

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Where a pod finds its identity.
const (
	tokenFile = "/var/run/secrets/kubernetes.io/serviceaccount/token"
	caFile    = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
)

// prometheusConfig is the text of prometheus.yml.
func prometheusConfig(a Args) (string, error) {
	c := config{
		Global: global{
			ScrapeInterval: a.Prometheus.Interval, ScrapeTimeout: a.Prometheus.Interval,
			EvaluationInterval: a.Prometheus.Interval,
			ExternalLabels:     map[string]string{"environment": a.Environment},
		},
		RuleFiles: []string{configFolder + "/" + rulesFile},
		Alerting:  alerting{Alertmanagers: []alertmanagers{a.alertmanagers()}},
		Scrape:    []scrape{a.apiServer(), a.kubelet("kubelet", "/metrics"), a.kubelet("cadvisor", "/metrics/cadvisor")},
	}
	for _, t := range a.targets() {
		c.Scrape = append(c.Scrape, a.pods(t))
	}
	if w := a.Prometheus.RemoteWrite; w != nil {
		to := remoteWrite{URL: w.URL}
		if w.User != "" {
			to.BasicAuth = &basicAuth{Username: w.User, PasswordFile: secretFile(remoteWritePassword)}
		}
		c.RemoteWrite = []remoteWrite{to}
	}
	text, err := yaml.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("configuration: %w", err)
	}
	return string(text), nil
}

// pods finds a port of pods that run, and says of every series which pod it is from.
func (a Args) pods(t Target) scrape {
	s := scrape{
		Job: t.Job, Path: t.Path, Params: t.Params,
		Discovery: []discovery{inNamespace("pod", t.Namespace, t.Label+" in ("+strings.Join(t.Values, ",")+")")},
		Relabel: []relabel{
			keep("__meta_kubernetes_pod_container_port_name", t.Port),
			// A finished pod keeps its address until it is deleted, and one that starts has none yet.
			keep("__meta_kubernetes_pod_phase", "Running"),
			set("service", metaLabel(t.Label)),
		},
	}
	switch {
	case t.Foreign:
		s.HonorLabels = true
	case t.Labels != nil:
		for _, name := range sorted(t.Labels) {
			s.Relabel = append(s.Relabel, always(name, t.Labels[name]))
		}
	default:
		s.Relabel = append(s.Relabel,
			set("namespace", "__meta_kubernetes_namespace"),
			set("pod", "__meta_kubernetes_pod_name"),
			set("container", "__meta_kubernetes_pod_container_name"),
			set("node", "__meta_kubernetes_pod_node_name"))
	}
	s.Relabel = append(s.Relabel, always("environment", a.Environment))
	if t.Secure {
		s.Scheme = "https"
		s.Authorization = &authorization{CredentialsFile: tokenFile}
		s.TLS = &tls{InsecureSkipVerify: true}
	}
	return s
}
