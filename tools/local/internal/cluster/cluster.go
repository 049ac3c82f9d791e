// Package cluster runs a single-node Kubernetes from programs on this machine: etcd, the control plane, kubelet,
// kube-proxy, a network policy engine and a containerd of its own.
//
// The node lives in namespaces of its own (network, mounts, processes, host name), much like a container that sees the
// machine's file system: its sockets, iptables rules, mounts and processes are invisible outside and vanish with it, and
// the machine's own containerd or cluster, or another checkout's, is never met. A keeper process outside holds the node,
// publishes its NodePorts on 127.0.0.1 and cleans up what namespaces do not cover (cgroups, the link's outer end).
//
// Certificates, kubeconfigs and the control plane's flags come from kubeadm's phases.
package cluster

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
)

// Addresses inside the node. They are private to its network namespace, so they need not be free outside.
const (
	podSubnet     = "10.244.0.0/24"
	serviceSubnet = "10.96.0.0/16"
	dnsAddress    = "10.96.0.10"
	clusterDomain = "cluster.local"
	nodeName      = "techcommerce"
	apiPort       = 6443
)

// Cluster is a checkout's cluster.
type Cluster struct {
	// Dir holds everything that the cluster keeps: the node's own files, logs, the keeper's lock.
	Dir string
	// Programs says where each program of the toolchain lies.
	Programs map[string]string
	// Publish lists the NodePorts that 127.0.0.1 answers on.
	Publish []int
	// PauseImage is the image of the pods' sandboxes.
	PauseImage string
}

// id tells this checkout's cluster from others on the machine: six hex digits of its path.
func (c Cluster) id() string {
	return fmt.Sprintf("%.3x", sha256.Sum256([]byte(c.Dir)))
}

// cgroup is the parent of all pods' cgroups.
func (c Cluster) cgroup() string { return "techcommerce-" + c.id() }

// link is the name of the node's network link on the machine; 15 characters at most.
func (c Cluster) link() string { return "tc-" + c.id() }

// root is the folder whose content the node sees in place of the machine's (see node folders).
func (c Cluster) root() string { return filepath.Join(c.Dir, "root") }

func (c Cluster) log(name string) string { return filepath.Join(c.Dir, "log", name+".log") }

// Kubeconfig is the path of the administrator's kubeconfig, with a client certificate of the group that kubeadm binds to
// cluster-admin.
func (c Cluster) Kubeconfig() string { return filepath.Join(c.root(), "etc/kubernetes/admin.conf") }

// Running says whether the cluster's keeper runs.
func (c Cluster) Running() (bool, error) {
	pid, err := c.keeper()
	return pid != 0, err
}

// Address is the node's address on this machine, where NodePorts and the API answer.
func (c Cluster) Address() (string, error) {
	network, err := c.subnet()
	return network.node(), err
}
