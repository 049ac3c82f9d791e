// Package stacks holds what may differ between two stacks, as Go values that cannot be wrong: their types, their
// defaults, the strict decoder from what an operator wrote, and the rules that span several settings.
//
// It knows neither Pulumi nor Kubernetes. Doc comments of exported fields are the settings reference, docs/settings.md.
package stacks

import (
	"slices"

	"github.com/techcommerce/platform/apps/contract"
)

// Stack is one installation of the shop.
type Stack struct {
	// Environment is the value of the label "environment" and of Datadog's env tag. Default: the stack's name. In
	// "production", protected and edge.secure must be set, openOrders, demo and database.external.plaintext must not,
	// and critical alerts must page somebody.
	Environment string `json:"environment,omitempty" pattern:"label"`
	// Namespace holds everything of the shop. Default: techcommerce-<environment>.
	Namespace string `json:"namespace,omitempty" pattern:"label"`
	// LogLevel is how much every service logs.
	LogLevel LogLevel `json:"logLevel,omitempty"`
	// LogReads is of how many successful reads one has a line in the log; a request has one at each service that it passed
	// or at none. Writes, and whatever fails, always have one.
	LogReads int `json:"logReads,omitempty" min:"1" max:"1000000"`
	// Cluster says which Kubernetes cluster the stack lives in, and what it is like.
	Cluster Cluster `json:"cluster"`
	// Images says which builds run.
	Images Images `json:"images"`
	// Services holds one entry per service of the shop, by its name.
	Services map[string]Service `json:"services,omitempty"`
	// Drain is how a pod goes away without failing a request.
	Drain Drain `json:"drain"`
	// RolloutDeadline is how long a rollout may stand still before it has failed, and pulumi up with it.
	RolloutDeadline Duration `json:"rolloutDeadline"`
	// RecoveryDeadline is how long PostgreSQL and Prometheus may take to start, who after a crash first read again what they
	// have written, and how long an update waits for them and for what runs on every node.
	RecoveryDeadline Duration `json:"recoveryDeadline"`
	// Canary is how a new version is judged on one pod, of services whose rollout is canary.
	Canary Canary `json:"canary"`
	// Database is where the services keep their data: exactly one of its entries.
	Database Database `json:"database"`
	// Edge is the ways in from outside the cluster.
	Edge Edge `json:"edge"`
	// OpenOrders shows everybody's orders, with names, to anybody, as suits a demo. Without it an order is shown to who
	// placed it, to whoever has its link, and to the holder of the admin key. Production refuses it.
	OpenOrders bool `json:"openOrders,omitempty"`
	// Demo has a shop without any products and orders begin with some, once, and has its pages say that nothing is charged.
	// What its owner changes or takes away stays so. Production refuses it.
	Demo bool `json:"demo,omitempty"`
	// Orders is how long an order may take, and how long it is known by its key.
	Orders Orders `json:"orders"`
	// AuditRetention is how long the audit log is kept, which says what the shop's owner did to products, orders and events,
	// with which key, and when. At least 24h; 0s is for good.
	AuditRetention Duration `json:"auditRetention"`
	// Webhooks lists who is sent every change of an order. Absent: nobody, and nothing is kept for anybody.
	Webhooks []OrderWebhook `json:"webhooks,omitempty"`
	// Keys are the shared secrets that the program makes for the services.
	Keys Keys `json:"keys"`
	// Alerts is when people are told, by Prometheus and by Datadog alike.
	Alerts Alerts `json:"alerts"`
	// Monitoring watches the stack with Prometheus, and tells people. Absent: nothing does.
	Monitoring *Monitoring `json:"monitoring,omitempty"`
	// Traces sends the services' traces to a collector. Absent: to Datadog's agent where the stack has it, else nowhere.
	Traces *Traces `json:"traces,omitempty"`
	// Datadog is what the stack sends to Datadog, and what Datadog watches. Absent: neither.
	Datadog *Datadog `json:"datadog,omitempty"`
	// Protected stands guard over data: pulumi destroy refuses to delete volumes and the namespace, and a volume
	// outlives its resource.
	Protected bool `json:"protected,omitempty"`

	// Name is the stack's name. It is given, not set.
	Name string `json:"-"`
	// Secrets holds the values that were set as secrets, by setting.
	Secrets map[string]Secret `json:"-"`
}

// LogLevel is how much a service logs.
type LogLevel string

func (LogLevel) options() []string { return []string{"debug", "info", "warn", "error"} }

// Cluster says which Kubernetes cluster a stack lives in, and what it is like.
type Cluster struct {
	// Context is the kube context. Default: the current one.
	Context string `json:"context,omitempty"`
	// UID is the UID of the namespace kube-system of the stack's cluster: no other is touched. Default: the cluster of the
	// stack's first update.
	UID string `json:"uid,omitempty" pattern:"uid"`
	// KubeletCertificates says whether the cluster's authority has signed the certificates of its kubelets, so that
	// Prometheus and Datadog's agent can verify them. Absent: the cluster is asked. Clusters that kubeadm makes, as kind's
	// and minikube's, have unsigned ones unless their kubelets are set up with serverTLSBootstrap.
	KubeletCertificates KubeletCertificates `json:"kubeletCertificates,omitempty"`
	// Kind is an older way to say it: minikube and kind mean that kubeletCertificates is unsigned.
	Kind ClusterKind `json:"kind,omitempty"`
	// NetworkEngine says what holds network policies where that is Cilium, which never matches a node or the API server by an
	// address: CiliumNetworkPolicies then name them by what they are. It needs their definition in the cluster, which GKE does
	// not have. Kubernetes' own policies hold on Cilium too while nodes is not set.
	NetworkEngine NetworkEngine `json:"networkEngine,omitempty"`
	// DNS lists the address ranges where the cluster's resolver answers other than as pods of kube-system or openshift-dns,
	// as a cache on each node does. Pods may connect to port 53 there. Default: all private and link-local addresses.
	DNS []CIDR `json:"dns,omitempty"`
	// Nodes lists the address ranges of the nodes and of the API server, its Service's address among them. Monitoring alone
	// may connect there, to the API server's and the kubelets' ports. Default: any address. Cilium matches no node by them.
	Nodes []CIDR `json:"nodes,omitempty"`
	// EnforcesPolicies says that somebody has seen this cluster hold network policies, so that preflight need not ask.
	EnforcesPolicies bool `json:"enforcesPolicies,omitempty"`
}

// ClusterKind is what made a cluster.
type ClusterKind string

func (ClusterKind) options() []string { return []string{"minikube", "kind", "other"} }

// KubeletCertificates says whether kubelets can prove who they are.
type KubeletCertificates string

// What kubelets have; the zero value is for what nobody has said.
const (
	KubeletsSigned   KubeletCertificates = "signed"
	KubeletsUnsigned KubeletCertificates = "unsigned"
)

func (KubeletCertificates) options() []string {
	return []string{string(KubeletsSigned), string(KubeletsUnsigned)}
}

// Kubelets is what the settings say of the kubelets' certificates; empty where they leave it to the cluster.
func (c Cluster) Kubelets() KubeletCertificates {
	if c.KubeletCertificates == "" && (c.Kind == "minikube" || c.Kind == "kind") {
		return KubeletsUnsigned
	}
	return c.KubeletCertificates
}

// Images says which builds run.
type Images struct {
	// File is where `make images` wrote the references, relative to the repository's root.
	File string `json:"file,omitempty" min:"1"`
	// Refs gives single references, by service; they win over the file. Each ends in @sha256:<digest>.
	Refs map[string]string `json:"refs,omitempty"`
	// Registries lists the prefixes that an image of the namespace may have. Empty: those of the stack's own images.
	Registries []string `json:"registries,omitempty"`
	// PullSecret names a Secret with a registry's credentials that somebody else puts into each of the stack's namespaces.
	// Absent: the secret registryCredentials, where it is set, becomes such a Secret.
	PullSecret string `json:"pullSecret,omitempty" pattern:"host"`
}

// Drain is how a pod goes away without failing a request. Its grace period is the sum of the three.
type Drain struct {
	// Delay is how long a stopping service goes on serving while endpoints are withdrawn.
	Delay Duration `json:"delay"`
	// Timeout is how long requests in flight may take after that.
	Timeout Duration `json:"timeout"`
	// Margin is what is left for closing the store and sending the last telemetry.
	Margin Duration `json:"margin"`
}

// GracePeriod is how long a pod has between SIGTERM and SIGKILL.
func (d Drain) GracePeriod() Duration { return d.Delay + d.Timeout + d.Margin }

// Keys are the shared secrets that the program makes for the services. A key that is set as a secret by itself
// (`pulumi config set --secret <name>`) is used as it is.
type Keys struct {
	// Generation is part of every generated key's identity: raise it to rotate them.
	Generation int `json:"generation,omitempty" min:"1"`
}

// Defaults are the settings of a stack that sets none, but for what derives from them.
func Defaults(name string) Stack {
	s := Stack{
		Name:        name,
		Environment: name,
		LogLevel:    "info",
		LogReads:    1,
		Cluster:     defaultCluster(),
		Images:      Images{File: ".local/images.json"},
		Services:    map[string]Service{},
		Drain:       Drain{Delay: 5 * Second, Timeout: 15 * Second, Margin: 5 * Second},

		RolloutDeadline:  300 * Second,
		RecoveryDeadline: 600 * Second,
		Canary:           defaultCanary(),
		Orders:           defaultOrders(),
		AuditRetention:   365 * 24 * hour,
		Edge:             Edge{ExternalTrafficPolicy: TrafficCluster},
		Keys:             Keys{Generation: 1},
		Alerts:           defaultAlerts(),
	}
	for _, service := range contract.Services() {
		s.Services[service.Name] = defaultService()
	}
	products := s.Services[contract.ProductAPI.Name]
	products.Autoscale = &Autoscale{Min: 2, Max: 10}
	products.Autoscale.setDefaults()
	s.Services[contract.ProductAPI.Name] = products
	return s
}

// isService reports whether the shop has a service of that name.
func isService(name string) bool { return slices.Contains(serviceNames(), name) }

func serviceNames() []string {
	var names []string
	for _, service := range contract.Services() {
		names = append(names, service.Name)
	}
	return names
}
