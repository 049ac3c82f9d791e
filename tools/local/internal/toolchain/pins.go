// Package toolchain builds the pinned tools that the local stack needs, each from its own go.mod under tools/, and keeps
// them by version in one folder. It knows neither clusters nor images.
package toolchain

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
)

// Tool is one pinned build: a folder with its own go.mod and the programs built there.
type Tool struct {
	// Name is the folder under tools/, and the first part of the cache's folder.
	Name string
	// Module is the module whose version in go.mod is the tool's version.
	Module string
	// Release turns the module's version into the one that people know; nil leaves it as it is.
	Release func(version string) string
	// Packages are the main packages to build; empty means the folder itself, built as Programs[0].
	Packages []string
	// Programs are the binaries that come of it.
	Programs []string
	// Tags are the build tags, separated by commas.
	Tags string
	// Stamp is the variable, if any, that carries the version inside the binary.
	Stamp string
	// Embeds makes files that the build needs and the tree does not have, by their name in the folder.
	Embeds func(moduleDir, release string) (map[string][]byte, error)
	// Typical is what a cold build took on two cores, for the first estimate.
	Typical time.Duration
	// Disk is what a cold build left on the disk, in MB: modules, compiled packages and programs.
	Disk uint64
}

// The tools that every stack needs.
var (
	Pulumi = Tool{
		Name: "pulumi", Module: "github.com/pulumi/pulumi/pkg/v3", Programs: []string{"pulumi"},
		Packages: []string{"github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"},
		Stamp:    "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version",
		Typical:  150 * time.Second, Disk: 2700,
	}
	// LanguageHost does not compile against the CLI's version of Pulumi's packages, so it has its own.
	LanguageHost = Tool{
		Name: "pulumi-language-go", Module: "github.com/pulumi/pulumi/sdk/v3", Programs: []string{"pulumi-language-go"},
		Packages: []string{"github.com/pulumi/pulumi/sdk/go/pulumi-language-go/v3"},
		Stamp:    "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version",
		Typical:  60 * time.Second, Disk: 500,
	}
	// KubernetesProvider is named by its SDK's release, because the provider's own module has no tagged versions.
	KubernetesProvider = Tool{
		Name: "pulumi-kubernetes", Module: "github.com/pulumi/pulumi-kubernetes/sdk/v4",
		Release:  withoutV,
		Programs: []string{"pulumi-resource-kubernetes"},
		Stamp:    "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version",
		Embeds:   providerSchema,
		Typical:  7 * time.Minute, Disk: 2400,
	}
)

// The tools that only a cluster of our own needs.
var (
	Etcd = Tool{
		Name: "etcd", Module: "go.etcd.io/etcd/server/v3", Programs: []string{"etcd"},
		Packages: []string{"go.etcd.io/etcd/server/v3"}, Typical: 35 * time.Second, Disk: 600,
	}
	Kubernetes = Tool{
		Name: "kubernetes", Module: "k8s.io/kubernetes",
		Programs: []string{
			"kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl", "kubeadm",
		},
		Packages: []string{
			"k8s.io/kubernetes/cmd/kube-apiserver", "k8s.io/kubernetes/cmd/kube-controller-manager",
			"k8s.io/kubernetes/cmd/kube-scheduler", "k8s.io/kubernetes/cmd/kubelet",
			"k8s.io/kubernetes/cmd/kube-proxy", "k8s.io/kubernetes/cmd/kubectl", "k8s.io/kubernetes/cmd/kubeadm",
		},
		Stamp:   "k8s.io/component-base/version.gitVersion",
		Typical: 6 * time.Minute, Disk: 4200,
	}
	NetworkPolicies = Tool{
		Name: "network-policies", Module: "sigs.k8s.io/kube-network-policies",
		Programs: []string{"network-policies"}, Typical: 40 * time.Second, Disk: 900,
	}
	CoreDNS = Tool{
		Name: "coredns", Module: "github.com/coredns/coredns", Programs: []string{"coredns"},
		Typical: time.Minute, Disk: 600,
	}
	MetricsServer = Tool{
		Name: "metrics-server", Module: "sigs.k8s.io/metrics-server", Programs: []string{"metrics-server"},
		Packages: []string{"sigs.k8s.io/metrics-server/cmd/metrics-server"}, Typical: 100 * time.Second, Disk: 1000,
	}
	LocalPathProvisioner = Tool{
		Name: "local-path-provisioner", Module: "github.com/rancher/local-path-provisioner",
		Programs: []string{"local-path-provisioner"},
		Packages: []string{"github.com/rancher/local-path-provisioner"}, Typical: time.Minute, Disk: 600,
	}
)

// The tools that the monitoring of a local stack needs. Each comes with the program that checks its configuration.
var (
	// Prometheus is built without the discoveries of clouds: they are most of it, and a cluster of our own has none.
	Prometheus = Tool{
		Name: "prometheus", Module: "github.com/prometheus/prometheus", Programs: []string{"prometheus", "promtool"},
		Release: prometheusRelease,
		Packages: []string{
			"github.com/prometheus/prometheus/cmd/prometheus", "github.com/prometheus/prometheus/cmd/promtool",
		},
		Tags:    "remove_all_sd,enable_kubernetes_sd",
		Stamp:   "github.com/prometheus/common/version.Version",
		Typical: 4 * time.Minute, Disk: 2000,
	}
	Alertmanager = Tool{
		Name: "alertmanager", Module: "github.com/prometheus/alertmanager", Programs: []string{"alertmanager", "amtool"},
		Packages: []string{
			"github.com/prometheus/alertmanager/cmd/alertmanager", "github.com/prometheus/alertmanager/cmd/amtool",
		},
		Release: withoutV,
		Stamp:   "github.com/prometheus/common/version.Version",
		Typical: time.Minute, Disk: 1000,
	}
	NodeExporter = Tool{
		Name: "node-exporter", Module: "github.com/prometheus/node_exporter", Programs: []string{"node-exporter"},
		Packages: []string{"github.com/prometheus/node_exporter"},
		Release:  withoutV,
		Stamp:    "github.com/prometheus/common/version.Version",
		Typical:  30 * time.Second, Disk: 150,
	}
	KubeStateMetrics = Tool{
		Name: "kube-state-metrics", Module: "k8s.io/kube-state-metrics/v2", Programs: []string{"kube-state-metrics"},
		Packages: []string{"k8s.io/kube-state-metrics/v2"},
		Release:  withoutV,
		Stamp:    "github.com/prometheus/common/version.Version",
		Typical:  90 * time.Second, Disk: 800,
	}
)

// Deploying lists what deploying a stack needs.
func Deploying() []Tool { return []Tool{Pulumi, LanguageHost, KubernetesProvider} }

// Hosting lists what the local cluster needs.
func Hosting() []Tool {
	return []Tool{Kubernetes, Etcd, NetworkPolicies, CoreDNS, MetricsServer, LocalPathProvisioner}
}

// Watching lists what the monitoring of a local stack runs.
func Watching() []Tool { return []Tool{Prometheus, Alertmanager, NodeExporter, KubeStateMetrics} }

// version reads the tool's pinned version from its go.mod, the only place where it is written.
func (t Tool) version(toolsDir string) (string, error) {
	path := filepath.Join(toolsDir, t.Name, "go.mod")
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	file, err := modfile.Parse(path, text, nil)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(file.Require, func(r *modfile.Require) bool { return r.Mod.Path == t.Module })
	if i < 0 {
		return "", fmt.Errorf("%s does not require %s", path, t.Module)
	}
	version := file.Require[i].Mod.Version
	if t.Release != nil {
		version = t.Release(version)
	}
	return version, nil
}

// withoutV is the way in which plugins and images are versioned.
func withoutV(version string) string { return version[1:] }

// prometheusRelease undoes what Prometheus does to its own version to be a Go module of major version 0: v0.316.0 is
// what people know as 3.16.0.
func prometheusRelease(version string) string {
	parts := strings.Split(withoutV(version), ".")
	digits := parts[1]
	minor := strings.TrimLeft(digits[1:], "0")
	if minor == "" {
		minor = "0"
	}
	return digits[:1] + "." + minor + "." + parts[2]
}
