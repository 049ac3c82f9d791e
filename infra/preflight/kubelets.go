package preflight

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/techcommerce/platform/infra/internal/api"
	"github.com/techcommerce/platform/stacks"
)

// kubeletConfig is where kubeadm keeps how the kubelets of a cluster are set up.
const kubeletConfig = "/api/v1/namespaces/kube-system/configmaps/kubelet-config"

// kubelets learns whether the kubelets can prove who they are, and whether the stack is wrong about it.
func (c *check) kubelets(ctx context.Context) {
	if !c.needs.Kubelets {
		return
	}
	are, err := kubeletCertificates(ctx, c.api)
	if err != nil {
		if c.needs.KubeletsAre == "" {
			c.unanswered("whether the kubelets' certificates are signed (set cluster.kubeletCertificates)", err)
		}
		return
	}
	c.mu.Lock()
	c.report.Kubelets = are
	c.mu.Unlock()
	if are == stacks.KubeletsUnsigned && c.needs.KubeletsAre == stacks.KubeletsSigned {
		c.warn("the kubelets sign their own certificates, so whoever verifies them learns nothing of nodes and containers; " +
			"set up the kubelets with serverTLSBootstrap, or set cluster.kubeletCertificates: unsigned")
	}
}

// kubeletCertificates says whether the cluster's authority has signed them. Managed clusters and k3s sign them. The
// kubelets of kubeadm's clusters sign their own, unless they are told to ask.
func kubeletCertificates(ctx context.Context, client api.Client) (stacks.KubeletCertificates, error) {
	var config corev1.ConfigMap
	if err := client.Get(ctx, &config, kubeletConfig); notFound(err) {
		return stacks.KubeletsSigned, nil
	} else if err != nil {
		return "", err
	}
	var settings struct {
		ServerTLSBootstrap bool `json:"serverTLSBootstrap"`
	}
	if yaml.Unmarshal([]byte(config.Data["kubelet"]), &settings) != nil || !settings.ServerTLSBootstrap {
		return stacks.KubeletsUnsigned, nil
	}
	return stacks.KubeletsSigned, nil
}
