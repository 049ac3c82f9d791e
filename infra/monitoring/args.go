package monitoring

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// Args says what is watched, and with what.
type Args struct {
	// Namespace is where the objects go, Nodes where the agents on the nodes go: they mount folders of their node, which
	// no other pod may.
	Namespace, Nodes Namespace
	// Environment is the stack's environment: a label of every series.
	Environment string
	// UID is the user that containers run as.
	UID int
	// Watched are the stack's other namespaces, whose objects are watched.
	Watched []Namespace
	// Scrape is what Prometheus scrapes beside the parts of the monitoring itself.
	Scrape Scrape
	// Cluster says where the API server and the kubelets are.
	Cluster Cluster
	// Prometheus, Alertmanager, KubeStateMetrics and NodeExporter are always there.
	Prometheus       Prometheus
	Alertmanager     Alertmanager
	KubeStateMetrics Program
	NodeExporter     Program
	// Probe is there if it is not nil.
	Probe *Probe
	// Grafana is there if it is not nil.
	Grafana *Grafana
	// StartLimit is how many seconds a part may take to start.
	StartLimit int
	// NodeHost is a node's name or address in the URLs that are shown.
	NodeHost string
	// Protected refuses to delete volumes.
	Protected bool
}

// Namespace is a namespace that is there.
type Namespace struct {
	// Name is what it is called, for configuration that must be known beforehand.
	Name string
	// Ready is the same, known once it exists.
	Ready pulumi.StringInput
}

// Cluster says where the API server and the kubelets are, and whether the latter can prove it.
type Cluster struct {
	// Networks are their address ranges; none means that they may be anywhere.
	Networks []string
	// Cilium says that Cilium holds network policies: it knows both by what they are.
	Cilium bool
	// Unverified says that nobody has signed the kubelets' certificates.
	Unverified bool
}

// Program is one program of others.
type Program struct {
	// Image runs it, with the program as its entrypoint; Version is what labels call it.
	Image, Version string
	// CPU and Memory are what one pod asks for, and the most that it gets.
	CPU, Memory kube.Range
}

// Storage is a volume to be made.
type Storage struct {
	// Size is how much it holds.
	Size string
	// Class provides it; empty means the cluster's default.
	Class string
}

// Prometheus scrapes, keeps and judges.
type Prometheus struct {
	Program
	// Volume holds the samples.
	Volume Storage
	// RetentionDays and RetentionBytes are how long and how much of them is kept.
	RetentionDays  int
	RetentionBytes int64
	// Interval is the time between two scrapes, as Prometheus writes it.
	Interval string
	// Namespaces are others' whose pods and volumes are measured, too.
	Namespaces []string
	// NodePort opens it on every node; 0 does not.
	NodePort int
	// Rules is the text of its rule file.
	Rules string
	// Pages are web pages that it serves beside its own, by the names of their files.
	Pages map[string]string
	// RemoteWrite sends every sample elsewhere too; nil does not.
	RemoteWrite *RemoteWrite
}

// RemoteWrite is where samples are sent.
type RemoteWrite struct {
	// URL is the address, and Port the port in it.
	URL  string
	Port int
	// User is who sends, with Password; empty for nobody.
	User     string
	Password *kube.SecretKey
	// Networks are the other end's address ranges.
	Networks []string
}

// Alertmanager tells people.
type Alertmanager struct {
	Program
	// Volume holds silences, and what was told when.
	Volume Storage
	// Config is the text of its configuration. Secrets are in files that it names, in SecretFolder.
	Config string
	// Secrets are those files, by their names.
	Secrets map[string]kube.SecretKey
	// Networks and Ports are where the receivers are.
	Networks []string
	Ports    []int
}

// SecretFolder is where Alertmanager finds its secrets.
const SecretFolder = "/secrets"

// Grafana shows dashboards.
type Grafana struct {
	Program
	// Volume holds what people set.
	Volume Storage
	// URL is where people find it; empty where nobody knows.
	URL string
	// NodePort opens it on every node; 0 does not.
	NodePort int
	// Datasource is the uid of its Prometheus.
	Datasource string
	// Dashboards are files by their names, in Grafana's format.
	Dashboards map[string]string
	// AdminPassword is the password of the user admin.
	AdminPassword kube.SecretKey
}

// namespace is one by its name: the stack's own have to be there first, others are.
func (a Args) namespace(name string) Namespace {
	for _, own := range append([]Namespace{a.Namespace, a.Nodes}, a.Watched...) {
		if own.Name == name {
			return own
		}
	}
	return Namespace{Name: name, Ready: pulumi.String(name)}
}

func (a Args) validate() error {
	var problems []error
	for field, namespace := range map[string]Namespace{"Namespace": a.Namespace, "Nodes": a.Nodes} {
		if namespace.Name == "" || namespace.Ready == nil {
			problems = append(problems, fmt.Errorf("%s is empty", field))
		}
	}
	if a.Prometheus.Rules == "" || a.Alertmanager.Config == "" {
		problems = append(problems, errors.New("no rules, or no routes for alerts"))
	}
	if len(a.Alertmanager.Ports) > 0 && len(a.Alertmanager.Networks) == 0 {
		problems = append(problems, errors.New("no way to the receivers"))
	}
	return errors.Join(problems...)
}
