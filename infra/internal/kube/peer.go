package kube

import (
	"net/netip"

	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Peer is the other end of a connection that a network policy allows.
type Peer struct {
	// Pods selects pods; nil means every pod of Namespace.
	Pods pulumi.StringMap
	// Namespace is where the pods are; empty means the policy's own.
	Namespace string
	// CIDR is an address range instead of pods.
	CIDR string
	// Except lists ranges within CIDR that are left out.
	Except []string
}

// Internet is every address outside the ranges of private networks, a cluster's own among them.
func Internet() []Peer {
	return []Peer{
		{CIDR: "0.0.0.0/0", Except: []string{
			"10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
		}},
		{CIDR: "::/0", Except: []string{"fc00::/7", "fe80::/10"}},
	}
}

// Networks are address ranges.
func Networks(ranges []string) []Peer {
	var peers []Peer
	for _, network := range ranges {
		peers = append(peers, Peer{CIDR: network})
	}
	return peers
}

// WithoutMetadata are address ranges to connect to, less the addresses where a cloud tells its machines their credentials. A
// range that is wholly within those means them.
func WithoutMetadata(ranges []string) []Peer {
	peers := Networks(ranges)
	for i, peer := range peers {
		within, err := netip.ParsePrefix(peer.CIDR)
		if err != nil {
			continue // the API server says so
		}
		for _, text := range []string{"169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128"} {
			metadata := netip.MustParsePrefix(text)
			if within.Bits() < metadata.Bits() && within.Contains(metadata.Addr()) {
				peers[i].Except = append(peers[i].Except, text)
			}
		}
	}
	return peers
}

// policyPeer is the peer as Kubernetes writes it.
func (p Peer) policyPeer() *networkingv1.NetworkPolicyPeerArgs {
	if p.CIDR != "" {
		block := &networkingv1.IPBlockArgs{Cidr: pulumi.String(p.CIDR)}
		if len(p.Except) > 0 {
			block.Except = pulumi.ToStringArray(p.Except)
		}
		return &networkingv1.NetworkPolicyPeerArgs{IpBlock: block}
	}
	peer := &networkingv1.NetworkPolicyPeerArgs{PodSelector: &metav1.LabelSelectorArgs{MatchLabels: p.Pods}}
	if p.Namespace != "" {
		peer.NamespaceSelector = &metav1.LabelSelectorArgs{
			MatchLabels: pulumi.StringMap{"kubernetes.io/metadata.name": pulumi.String(p.Namespace)},
		}
	}
	return peer
}

// Peers are several peers as Kubernetes writes them.
func Peers(peers ...Peer) networkingv1.NetworkPolicyPeerArray {
	var array networkingv1.NetworkPolicyPeerArray
	for _, peer := range peers {
		array = append(array, peer.policyPeer())
	}
	return array
}

// TCP is the ports of a policy's rule.
func TCP(ports ...int) networkingv1.NetworkPolicyPortArray {
	var array networkingv1.NetworkPolicyPortArray
	for _, port := range ports {
		array = append(array, &networkingv1.NetworkPolicyPortArgs{
			Protocol: pulumi.String("TCP"), Port: pulumi.Int(port),
		})
	}
	return array
}
