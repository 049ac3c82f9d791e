// Package toolchain builds the pinned tools that the local stack needs from the modules under tools/, and keeps them by
// version in one folder, which every checkout of the user shares. It knows neither clusters nor images.
package toolchain

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
)

// Tool is one pinned build: a module under tools/ and the programs built there.
type Tool struct {
	// Name is the first part of the cache's folder.
	Name string
	// Folder is the folder under tools/ whose go.mod pins the tool. Tools of one folder have every package in one
	// version, so that the compiler sees it once.
	Folder string
	// Module is the module whose version in go.mod is the tool's version.
	Module string
	// Release turns the module's version into the one that people know; nil leaves it as it is.
	Release func(version string) string
	// Packages are the main packages to build. One that begins with "./" is our own, below Folder.
	Packages []string
	// Programs are the binaries that come of it. Where one package makes several, they are one binary, which goes by the
	// name that it is called by.
	Programs []string
	// Stamp is the variable, if any, that carries the version inside the binary.
	Stamp string
	// Embeds makes files that the build needs and the tree does not have, by their name in the folder of the package.
	Embeds func(moduleDir, release string) (map[string][]byte, error)
	// Disk is what a cold build left on the disk, in MB: modules, compiled packages and programs.
	Disk uint64
}

// platform is the folder of everything that runs on a cluster or talks to one.
const platform = "platform"

// The tools that every stack needs.
var (
	// Pulumi does not share platform's version of Pulumi's packages, which is the provider's, so it has a go.mod of its
	// own. Everything else is in platform's version.
	Pulumi = Tool{
		Name: "pulumi", Folder: "pulumi", Module: "github.com/pulumi/pulumi/pkg/v3", Programs: []string{"pulumi"},
		Packages: []string{"github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"},
		Stamp:    "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version", Disk: 2000,
	}
	// LanguageHost compiles against neither the CLI's nor the provider's version of Pulumi's packages, so it has a go.mod
	// of its own. Everything else is in platform's version.
	LanguageHost = Tool{
		Name: "pulumi-language-go", Folder: "pulumi-language-go", Module: "github.com/pulumi/pulumi/sdk/v3",
		Programs: []string{"pulumi-language-go"},
		Packages: []string{"github.com/pulumi/pulumi/sdk/go/pulumi-language-go/v3"},
		Stamp:    "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version", Disk: 300,
	}
	// KubernetesProvider is named by its SDK's release, because the provider's own module has no tagged versions.
	KubernetesProvider = Tool{
		Name: "pulumi-kubernetes", Folder: platform, Module: "github.com/pulumi/pulumi-kubernetes/sdk/v4",
		Release:  withoutV,
		Packages: []string{"./provider"}, Programs: []string{"pulumi-resource-kubernetes"},
		Stamp:  "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version",
		Embeds: providerSchema, Disk: 1500,
	}
)

// The tools that only a cluster of our own needs.
var (
	Etcd = Tool{
		Name: "etcd", Folder: platform, Module: "go.etcd.io/etcd/server/v3", Programs: []string{"etcd"},
		Packages: []string{"go.etcd.io/etcd/server/v3"}, Disk: 100,
	}
	Kubernetes = Tool{
		Name: "kubernetes", Folder: platform, Module: "k8s.io/kubernetes",
		Programs: []string{
			"kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl", "kubeadm",
		},
		Packages: []string{"./kubernetes"},
		Stamp:    "k8s.io/component-base/version.gitVersion", Disk: 4000,
	}
	NetworkPolicies = Tool{
		Name: "network-policies", Folder: platform, Module: "sigs.k8s.io/kube-network-policies",
		Packages: []string{"./network-policies"}, Programs: []string{"network-policies"}, Disk: 100,
	}
	CoreDNS = Tool{
		Name: "coredns", Folder: platform, Module: "github.com/coredns/coredns",
		Packages: []string{"./coredns"}, Programs: []string{"coredns"}, Disk: 100,
	}
	MetricsServer = Tool{
		Name: "metrics-server", Folder: platform, Module: "sigs.k8s.io/metrics-server", Programs: []string{"metrics-server"},
		Packages: []string{"sigs.k8s.io/metrics-server/cmd/metrics-server"}, Disk: 100,
	}
	LocalPathProvisioner = Tool{
		Name: "local-path-provisioner", Folder: platform, Module: "github.com/rancher/local-path-provisioner",
		Programs: []string{"local-path-provisioner"},
		Packages: []string{"github.com/rancher/local-path-provisioner"}, Disk: 100,
	}
)

// The tools that the monitoring of a local stack needs. Each comes with the program that checks its configuration.
// Prometheus is built without the discoveries of clouds (by the tags in tools/flags): they are most of it, and a cluster
// of our own has none.
var (
	// Prometheus needs another version of automemlimit than kube-state-metrics and Alertmanager, so it has a go.mod of
	// its own. Everything else is in platform's version.
	Prometheus = Tool{
		Name: "prometheus", Folder: "prometheus", Module: "github.com/prometheus/prometheus",
		Programs: []string{"prometheus", "promtool"},
		Release:  prometheusRelease,
		Packages: []string{
			"github.com/prometheus/prometheus/cmd/prometheus", "github.com/prometheus/prometheus/cmd/promtool",
		},
		Stamp: "github.com/prometheus/common/version.Version", Disk: 1000,
	}
	Alertmanager = Tool{
		Name: "alertmanager", Folder: platform, Module: "github.com/prometheus/alertmanager",
		Programs: []string{"alertmanager", "amtool"},
		Packages: []string{
			"github.com/prometheus/alertmanager/cmd/alertmanager", "github.com/prometheus/alertmanager/cmd/amtool",
		},
		Release: withoutV,
		Stamp:   "github.com/prometheus/common/version.Version", Disk: 300,
	}
	NodeExporter = Tool{
		Name: "node-exporter", Folder: platform, Module: "github.com/prometheus/node_exporter",
		Programs: []string{"node-exporter"}, Packages: []string{"github.com/prometheus/node_exporter"},
		Release: withoutV,
		Stamp:   "github.com/prometheus/common/version.Version", Disk: 100,
	}
	KubeStateMetrics = Tool{
		Name: "kube-state-metrics", Folder: platform, Module: "k8s.io/kube-state-metrics/v2",
		Programs: []string{"kube-state-metrics"}, Packages: []string{"k8s.io/kube-state-metrics/v2"},
		Release: withoutV,
		Stamp:   "github.com/prometheus/common/version.Version", Disk: 200,
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
	folder := filepath.Join(toolsDir, t.Folder)
	file, err := readModule(folder)
	if err != nil {
		return "", err
	}
	version, ok := pinned(file, t.Module)
	if !ok {
		return "", fmt.Errorf("%s/go.mod does not require %s", folder, t.Module)
	}
	if t.Release != nil {
		version = t.Release(version)
	}
	return version, nil
}

func readModule(folder string) (*modfile.File, error) {
	path := filepath.Join(folder, "go.mod")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return modfile.Parse(path, text, nil)
}

// pinned is the version of a module that builds take: a replacement's, where there is one.
func pinned(file *modfile.File, module string) (string, bool) {
	for _, replace := range file.Replace {
		if replace.Old.Path == module && replace.New.Path == module {
			return replace.New.Version, true
		}
	}
	for _, require := range file.Require {
		if require.Mod.Path == module {
			return require.Mod.Version, true
		}
	}
	return "", false
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
