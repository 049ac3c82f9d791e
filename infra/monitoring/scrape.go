package monitoring

import (
	"maps"
	"slices"
	"strings"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// Scrape is a list of what Prometheus scrapes.
type Scrape []Target

// Target is one scrape job: a port of pods.
type Target struct {
	// Job is its name: the label "job" of every series.
	Job string
	// Namespace is where the pods are.
	Namespace string
	// Label selects them: they have it, with one of Values.
	Label  string
	Values []string
	// Port is the name of the containers' ports, and Numbers their numbers, for network policies.
	Port    string
	Numbers []int
	// Secure says that the port speaks TLS with a certificate that nobody signed, and wants a token.
	Secure bool
	// Foreign says that the series are about other things than the pod, and say so themselves.
	Foreign bool
	// Path and Params are those of the request; empty: /metrics, and none.
	Path   string
	Params map[string][]string
	// Labels are those of every series, where they are not about the pod that answers.
	Labels map[string]string
}

// labelName is what our own pods are found by.
const labelName = "app.kubernetes.io/name"

// Pods is the target that a port of our own pods is.
func Pods(job, namespace, port string, number int, names ...string) Target {
	return Target{Job: job, Namespace: namespace, Label: labelName, Values: names, Port: port, Numbers: []int{number}}
}

// peers are the pods as a network policy selects them.
func (t Target) peers() []kube.Peer {
	var list []kube.Peer
	for _, value := range t.Values {
		selector := kube.Selector(t.Label, value)
		if t.Label == labelName {
			selector = kube.App{Name: value}.Selector()
		}
		list = append(list, kube.Peer{Pods: selector, Namespace: t.Namespace})
	}
	return list
}

// own are the parts of the monitoring, which it watches like anything else.
func (a Args) own() Scrape {
	list := Scrape{
		Pods(prometheus, a.Namespace.Name, portHTTP, prometheusPort, prometheus),
		Pods(alertmanager, a.Namespace.Name, portHTTP, alertmanagerPort, alertmanager),
		Pods(nodeExporter, a.Nodes.Name, portHTTP, nodeExporterPort, nodeExporter),
	}
	objects := Pods(kubeStateMetrics, a.Namespace.Name, portHTTP, kubeStateMetricsPort, kubeStateMetrics)
	objects.Foreign = true
	objects.Numbers = append(objects.Numbers, nodesPort)
	list = append(list, objects)
	if a.Grafana != nil {
		list = append(list, Pods(grafana, a.Namespace.Name, portHTTP, grafanaPort, grafana))
	}
	return append(list, a.probes()...)
}

func (a Args) targets() Scrape { return slices.Concat(a.Scrape, a.own()) }

// namespaces lists where there are pods to scrape.
func (s Scrape) namespaces() []string {
	seen := map[string]bool{}
	for _, t := range s {
		seen[t.Namespace] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// metaLabel is what Prometheus calls a pod's label while it looks for targets.
func metaLabel(label string) string {
	return "__meta_kubernetes_pod_label_" + strings.NewReplacer("/", "_", ".", "_", "-", "_").Replace(label)
}
