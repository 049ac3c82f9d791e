package monitoring

import "strings"

// apiServer finds the addresses behind the API server's own Service, so that each is scraped by itself.
func (a Args) apiServer() scrape {
	return scrape{
		Job: "apiserver", Scheme: "https",
		Authorization: &authorization{CredentialsFile: tokenFile},
		TLS:           &tls{CAFile: caFile, ServerName: "kubernetes.default.svc"},
		Discovery: []discovery{{
			Role: "endpointslice", Namespaces: &namespaces{Names: []string{"default"}},
			Selectors: []selector{{Role: "endpointslice", Label: "kubernetes.io/service-name=kubernetes"}},
		}},
		Relabel: []relabel{
			keep("__meta_kubernetes_endpointslice_port_name", "https"),
			always("service", "kube-apiserver"),
			always("environment", a.Environment),
		},
		MetricRelabel: withoutBuckets(certificates),
	}
}

// kubelet finds the nodes. What it and cAdvisor say is about pods, and they name those themselves. Their histograms are
// most of their series, and no rule asks for them.
func (a Args) kubelet(job, path string) scrape {
	return scrape{
		Job: job, Scheme: "https", Path: path, HonorLabels: true,
		Authorization: &authorization{CredentialsFile: tokenFile},
		TLS:           a.kubeletTLS(),
		Discovery:     []discovery{{Role: "node"}},
		Relabel: []relabel{
			set("node", "__meta_kubernetes_node_name"),
			always("service", "kubelet"),
			always("environment", a.Environment),
		},
		MetricRelabel: []relabel{
			dropMetrics(".+_bucket|container_(tasks_state|blkio_.*|memory_failures_total)"),
			keep("namespace", a.measured()),
		},
	}
}

// measured matches the namespaces whose pods and volumes are measured: the stack's own and those that it names. What is
// about no namespace is about the node. Everything else is other people's, of whom a cluster may have thousands.
func (a Args) measured() string {
	names := []string{""}
	for _, own := range append([]Namespace{a.Namespace, a.Nodes}, a.Watched...) {
		names = append(names, own.Name)
	}
	return strings.Join(append(names, a.Prometheus.Namespaces...), "|")
}

func (a Args) kubeletTLS() *tls {
	if a.Cluster.Unverified {
		return &tls{InsecureSkipVerify: true}
	}
	return &tls{CAFile: caFile}
}

func (a Args) alertmanagers() alertmanagers {
	return alertmanagers{
		Discovery: []discovery{inNamespace("pod", a.Namespace.Name, labelName+"="+alertmanager)},
		Relabel:   []relabel{keep("__meta_kubernetes_pod_container_port_name", portHTTP)},
	}
}

func inNamespace(role, namespace, label string) discovery {
	return discovery{
		Role: role, Namespaces: &namespaces{Names: []string{namespace}},
		Selectors: []selector{{Role: role, Label: label}},
	}
}

func keep(source, regex string) relabel {
	return relabel{Source: []string{source}, Regex: regex, Action: "keep"}
}

func set(target, source string) relabel { return relabel{Source: []string{source}, Target: target} }

func always(target, value string) relabel { return relabel{Target: target, Replacement: value} }

func dropMetrics(regex string) relabel {
	return relabel{Source: []string{"__name__"}, Regex: regex, Action: "drop"}
}

// certificates is the one histogram of the API server that a rule asks for.
const certificates = "apiserver_client_certificate_expiration_seconds_bucket"

// withoutBuckets drops every histogram's buckets but one's: they are most of what the API server and the kubelets say.
// Prometheus' expressions know no "but", so the one is marked first.
func withoutBuckets(but string) []relabel {
	const mark = "__tmp_kept"
	return []relabel{
		{Source: []string{"__name__"}, Regex: but, Target: mark, Replacement: "yes"},
		{Source: []string{mark, "__name__"}, Regex: ";.+_bucket", Action: "drop"},
		{Regex: mark, Action: "labeldrop"},
	}
}
