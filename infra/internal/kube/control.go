package kube

import (
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// KubeletPort is every kubelet's.
const KubeletPort = 10250

// APIServerPorts are where API servers listen: behind the Service of every cluster and as managed ones (443), and on their
// own host with kubeadm, kind, k3s and OpenShift (6443), minikube (8443) and MicroK8s (16443). Most network engines judge a
// connection where it ends, behind the Service, so a policy needs all of them.
func APIServerPorts() []int { return []int{443, 6443, 8443, 16443} }

// ResolverNamespaces are where a cluster's DNS server has its pods: on OpenShift the second.
func ResolverNamespaces() []string { return []string{"kube-system", "openshift-dns"} }

// ResolverPorts are where those pods listen behind their Service's port 53: on OpenShift 5353, with Gardener 8053.
func ResolverPorts() []int { return []int{53, 5353, 8053} }

// DNS is the ports of a policy's rule, each by UDP and by TCP.
func DNS(ports ...int) networkingv1.NetworkPolicyPortArray {
	var array networkingv1.NetworkPolicyPortArray
	for _, port := range ports {
		for _, protocol := range []string{"UDP", "TCP"} {
			array = append(array, &networkingv1.NetworkPolicyPortArgs{Protocol: pulumi.String(protocol), Port: pulumi.Int(port)})
		}
	}
	return array
}
