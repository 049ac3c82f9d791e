package cluster

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/template"

	"sigs.k8s.io/yaml"
)

// Paths inside the node.
const (
	kubeadmConfig    = "/etc/kubernetes/kubeadm.yaml"
	kubeletConfig    = "/etc/kubernetes/kubelet.yaml"
	kubeProxyConfig  = "/etc/kubernetes/kube-proxy.yaml"
	resolvConf       = "/etc/kubernetes/resolv.conf"
	containerdConfig = "/etc/kubernetes/containerd.toml"
	containerdSocket = "/run/containerd/containerd.sock"
	cniConfig        = "/etc/cni/net.d/10-node.conflist"
	manifests        = "/etc/kubernetes/manifests"
)

//go:embed config/kubeadm.yaml
var kubeadmTemplate string

//go:embed config/kubelet.yaml
var kubeletTemplate string

//go:embed config/kube-proxy.yaml
var kubeProxyTemplate string

//go:embed config/containerd.toml
var containerdTemplate string

//go:embed config/cni.json
var cniTemplate string

// values are what the configuration files are filled with.
type values struct {
	NodeName, NodeAddress, PodSubnet, ServiceSubnet, DNSAddress, ClusterDomain string
	KubernetesVersion, Cgroup, PauseImage, ContainerdSocket, ResolvConf        string
}

// configure writes the programs' configuration and lets kubeadm make certificates, kubeconfigs and the control plane's
// manifests. Certificates that exist are kept.
func (c Cluster) configure(network subnet) error {
	version, err := exec.Command(c.program("kubeadm"), "version", "-o", "short").Output()
	if err != nil {
		return fmt.Errorf("kubeadm version: %w", err)
	}
	v := values{
		NodeName: nodeName, NodeAddress: network.node(), PodSubnet: podSubnet, ServiceSubnet: serviceSubnet,
		DNSAddress: dnsAddress, ClusterDomain: clusterDomain, KubernetesVersion: strings.TrimSpace(string(version)),
		Cgroup: "/" + c.cgroup(), PauseImage: c.PauseImage, ContainerdSocket: containerdSocket, ResolvConf: resolvConf,
	}
	for path, text := range map[string]string{
		kubeadmConfig: kubeadmTemplate, kubeletConfig: kubeletTemplate, kubeProxyConfig: kubeProxyTemplate,
		containerdConfig: containerdTemplate, cniConfig: cniTemplate,
		// Pods that ask for names outside the cluster get a quick "no such name": the node has no way out.
		resolvConf: "# no name server\n",
	} {
		if err := render(path, text, v); err != nil {
			return err
		}
	}
	return c.kubeadmPhases()
}

func render(path, text string, v values) error {
	parsed, err := template.New(filepath.Base(path)).Option("missingkey=error").Parse(text)
	if err != nil {
		return err
	}
	var filled strings.Builder
	if err := parsed.Execute(&filled, v); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(filled.String()), 0o600)
}

func (c Cluster) kubeadmPhases() error {
	for _, phase := range []string{"certs all", "kubeconfig all", "etcd local", "control-plane all"} {
		args := append(strings.Fields("init phase "+phase), "--config", kubeadmConfig)
		if output, err := exec.Command(c.program("kubeadm"), args...).CombinedOutput(); err != nil {
			return fmt.Errorf("kubeadm init phase %s: %w\n%s", phase, err, output)
		}
	}
	for file, user := range map[string]string{
		"kube-proxy.conf": "system:kube-proxy", "network-policies.conf": "techcommerce:network-policies",
	} {
		if err := c.userKubeconfig(filepath.Join("/etc/kubernetes", file), user); err != nil {
			return err
		}
	}
	return nil
}

// userKubeconfig has kubeadm sign a client certificate for a program of the node, once.
func (c Cluster) userKubeconfig(path, user string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	text, err := exec.Command(c.program("kubeadm"), "kubeconfig", "user", "--config", kubeadmConfig,
		"--client-name", user).Output()
	if err != nil {
		return fmt.Errorf("kubeadm kubeconfig user %s: %w", user, err)
	}
	return os.WriteFile(path, text, 0o600)
}

// controlPlane returns the command of each program that kubeadm would run as a static pod; here they run as processes of
// the node with the same flags.
func (c Cluster) controlPlane() (map[string][]string, error) {
	commands := map[string][]string{}
	for _, name := range []string{"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"} {
		path := filepath.Join(manifests, name+".yaml")
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var pod struct {
			Spec struct {
				Containers []struct{ Command []string }
			}
		}
		if err := yaml.Unmarshal(text, &pod); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if len(pod.Spec.Containers) != 1 || len(pod.Spec.Containers[0].Command) == 0 {
			return nil, fmt.Errorf("%s: want one container with a command", path)
		}
		command := pod.Spec.Containers[0].Command
		commands[name] = append([]string{c.program(command[0])}, command[1:]...)
	}
	return commands, nil
}

func (c Cluster) kubelet() []string {
	return []string{c.program("kubelet"), "--config", kubeletConfig, "--kubeconfig", "/etc/kubernetes/kubelet.conf",
		"--hostname-override", nodeName}
}

func (c Cluster) kubeProxy() []string {
	return []string{c.program("kube-proxy"), "--config", kubeProxyConfig, "--hostname-override", nodeName}
}

func (c Cluster) networkPolicies() []string {
	return []string{c.program("network-policies"), "--kubeconfig", "/etc/kubernetes/network-policies.conf",
		"--node", nodeName, "--queue", policyQueue}
}
