package preflight

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/techcommerce/platform/stacks"
)

// kubeletConfig is where kubeadm keeps how the kubelets of a cluster are set up.
const kubeletConfig = "/api/v1/namespaces/kube-system/configmaps/kubelet-config"

// kubelets learns whether the cluster's authority has signed the kubelets' certificates. Managed clusters and k3s sign
// them. The kubelets of kubeadm's clusters sign their own, unless they are told to ask.
func (c *check) kubelets(ctx context.Context) {
	if !c.needs.Kubelets {
		return
	}
	var config corev1.ConfigMap
	var settings struct {
		ServerTLSBootstrap bool `json:"serverTLSBootstrap"`
	}
	are := stacks.KubeletsSigned
	switch err := c.api.Get(ctx, &config, kubeletConfig); {
	case notFound(err):
	case err != nil:
		if c.needs.KubeletsAre == "" {
			c.unanswered("whether the kubelets' certificates are signed (set cluster.kubeletCertificates)", err)
		}
		return
	case yaml.Unmarshal([]byte(config.Data["kubelet"]), &settings) != nil || !settings.ServerTLSBootstrap:
		are = stacks.KubeletsUnsigned
	}
	c.mu.Lock()
	c.report.Kubelets = are
	c.mu.Unlock()
	if are == stacks.KubeletsUnsigned && c.needs.KubeletsAre == stacks.KubeletsSigned {
		c.warn("the kubelets sign their own certificates, so whoever verifies them learns nothing of nodes and containers; " +
			"set up the kubelets with serverTLSBootstrap, or set cluster.kubeletCertificates: unsigned")
	}
}
