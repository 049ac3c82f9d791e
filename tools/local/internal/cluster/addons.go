package cluster

import (
	"context"
	"embed"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"text/template"
)

//go:embed addons
var addonFiles embed.FS

// Addons are the images of what runs in the cluster to make it whole.
type Addons struct {
	// CoreDNS answers names, MetricsServer feeds autoscalers, LocalPathProvisioner makes volumes by running Shell.
	CoreDNS, MetricsServer, LocalPathProvisioner, Shell string
}

// applyAddons declares what runs in the cluster to make it whole. access.yaml comes first: without it the
// administrator's certificate may do nothing, so it is applied with kubeadm's super-administrator's.
func (c Cluster) applyAddons(ctx context.Context, images Addons) error {
	fill := map[string]any{
		"ClusterDomain": clusterDomain, "DNSAddress": dnsAddress,
		"Images": map[string]string{
			"coredns": images.CoreDNS, "metricsServer": images.MetricsServer,
			"localPathProvisioner": images.LocalPathProvisioner, "shell": images.Shell,
		},
	}
	super := strings.Replace(c.Kubeconfig(), "admin.conf", "super-admin.conf", 1)
	if err := c.apply(ctx, super, "addons/access.yaml", fill); err != nil {
		return err
	}
	for _, file := range []string{"addons/system.yaml", "addons/coredns.yaml", "addons/metrics-server.yaml", "addons/storage.yaml"} {
		if err := c.apply(ctx, c.Kubeconfig(), file, fill); err != nil {
			return err
		}
	}
	return nil
}

func (c Cluster) apply(ctx context.Context, kubeconfig, file string, fill map[string]any) error {
	parsed, err := template.New(file[len("addons/"):]).Option("missingkey=error").ParseFS(addonFiles, file)
	if err != nil {
		return err
	}
	var manifest strings.Builder
	if err := parsed.Execute(&manifest, fill); err != nil {
		return err
	}
	apply := exec.CommandContext(ctx, c.program("kubectl"), "--kubeconfig", kubeconfig, "apply", "--server-side",
		"--force-conflicts", "-f", "-")
	apply.Stdin = strings.NewReader(manifest.String())
	if output, err := apply.CombinedOutput(); err != nil {
		return fmt.Errorf("apply %s: %w\n%s", file, err, output)
	}
	return nil
}

// importImage hands an OCI archive to the node's containerd, whose socket is in the node's mount namespace.
func (c Cluster) importImage(ctx context.Context, path string) error {
	archive, err := os.Open(path)
	if err != nil {
		return err
	}
	defer archive.Close()
	output, err := c.inNode(ctx, archive, "ctr", "-n", "k8s.io", "images", "import", "--all-platforms", "-")
	if err != nil {
		return fmt.Errorf("import %s: %w\n%s", path, err, output)
	}
	return nil
}
