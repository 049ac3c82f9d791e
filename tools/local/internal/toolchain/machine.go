package toolchain

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/mod/semver"
)

// oldestPulumi is the oldest CLI that the program and its provider were tried with.
const oldestPulumi = "v3.192.0"

// OnMachine returns the Pulumi that this machine has already: the CLI, its Go language host, and the Kubernetes
// provider in the pinned version among its plugins. It returns nil unless all three are there and fit.
func (b Builder) OnMachine(ctx context.Context) map[string]string {
	cli, err := exec.LookPath("pulumi")
	if err != nil {
		return nil
	}
	version, err := exec.CommandContext(ctx, cli, "version").Output()
	release := strings.TrimSpace(string(version))
	if err != nil || semver.Major(release) != "v3" || semver.Compare(release, oldestPulumi) < 0 {
		return nil
	}
	host := filepath.Join(filepath.Dir(cli), "pulumi-language-go")
	provider, err := b.installedProvider()
	if err != nil {
		return nil
	}
	found := map[string]string{"pulumi": cli, "pulumi-language-go": host, "pulumi-resource-kubernetes": provider}
	for _, path := range found {
		if _, err := os.Stat(path); err != nil {
			return nil
		}
	}
	return found
}

// installedProvider is where the CLI keeps the pinned provider once it has installed it.
func (b Builder) installedProvider() (string, error) {
	version, err := b.ProviderVersion()
	if err != nil {
		return "", err
	}
	home := os.Getenv("PULUMI_HOME")
	if home == "" {
		user, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		home = filepath.Join(user, ".pulumi")
	}
	return filepath.Join(home, "plugins", "resource-kubernetes-v"+version, KubernetesProvider.Programs[0]), nil
}

// ProviderVersion is the version that the Kubernetes provider is installed as.
func (b Builder) ProviderVersion() (string, error) { return KubernetesProvider.version(b.ToolsDir) }
