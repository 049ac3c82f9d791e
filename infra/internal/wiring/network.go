package wiring

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// policies demands that every policy is about pods that exist, at ports that they have, from and to pods that exist.
func (c *checker) policies() {
	for _, p := range c.Policies {
		where := "NetworkPolicy " + p.Name
		pods := c.selected(p.Namespace, p.Spec.PodSelector.MatchLabels)
		if len(pods) == 0 && !c.filled(p.Namespace) && !c.solves(p.Spec.PodSelector.MatchLabels) {
			c.fail(where, "selector %v matches no pods", p.Spec.PodSelector.MatchLabels)
		}
		for _, rule := range p.Spec.Ingress {
			c.peers(where, p.Namespace, rule.From)
			for _, port := range rule.Ports {
				for _, target := range pods {
					if !target.listens(port.Port.IntVal) {
						c.fail(where, "opens port %d, which %s does not have", port.Port.IntVal, target.owner)
					}
					if target.internal(port.Port.IntVal) && len(rule.From) == 0 {
						c.fail(where, "opens the internal port to everybody")
					}
				}
			}
		}
		for _, rule := range p.Spec.Egress {
			c.peers(where, p.Namespace, rule.To)
			if len(rule.To) == 0 && !c.filled(p.Namespace) && !controlPlane(rule.Ports) {
				c.fail(where, "lets pods connect to everything")
			}
		}
	}
}

// controlPlane reports whether ports are those of API servers and kubelets alone, whose addresses no policy can name on
// every engine.
func controlPlane(ports []networkingv1.NetworkPolicyPort) bool {
	known := []int32{443, 6443, 8443, 16443, 10250}
	return len(ports) > 0 && !slices.ContainsFunc(ports, func(p networkingv1.NetworkPolicyPort) bool {
		return p.Port == nil || !slices.Contains(known, p.Port.IntVal)
	})
}

func (c *checker) peers(where, namespace string, peers []networkingv1.NetworkPolicyPeer) {
	for _, peer := range peers {
		if peer.PodSelector == nil {
			continue
		}
		at := namespaceOf(peer, namespace)
		if c.declares(at) && !c.filled(at) && len(c.selected(at, peer.PodSelector.MatchLabels)) == 0 {
			c.fail(where, "peer %v matches no pods", peer.PodSelector.MatchLabels)
		}
	}
}

// namespaceOf is where a peer's pods are: in the policy's own namespace, or in the one that it names.
func namespaceOf(peer networkingv1.NetworkPolicyPeer, own string) string {
	if peer.NamespaceSelector == nil {
		return own
	}
	return peer.NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"]
}

// declares reports whether the namespace is one of the stack's own.
func (c *checker) declares(namespace string) bool {
	return find(c.Namespaces, namespace, func(n *corev1.Namespace) string { return n.Name }) != nil
}

// reaches demands that an address in a pod's hands is a Service of its namespace, at a port that it has, and that the
// policies of both ends let the connection through.
func (c *checker) reaches(from pod, what string, to target) {
	if namespace, ok := elsewhere(to.host); ok {
		c.leaves(from, what, namespace, to.port)
		return
	}
	s := c.service(from.namespace, to.host)
	if s == nil {
		c.fail(from.owner, "%s: there is no Service %s in namespace %s", what, to.host, from.namespace)
		return
	}
	if !hasPort(s, to.port) {
		c.fail(from.owner, "%s: Service %s has no port %d", what, to.host, to.port)
		return
	}
	for _, p := range c.selected(s.Namespace, s.Spec.Selector) {
		if !c.mayLeave(from, p, to.port) {
			c.fail(from.owner, "%s: no policy lets it out to %s port %d", what, p.owner, to.port)
		}
		if !c.mayEnter(from, p, to.port) {
			c.fail(from.owner, "%s: no policy lets it in to %s port %d", what, p.owner, to.port)
		}
	}
}

// edges demands that what one end allows, the other does: a policy that allows half an edge is a leftover or a mistake.
func (c *checker) edges() {
	for _, from := range c.pods() {
		for _, to := range c.pods() {
			for _, number := range ports(to) {
				out, in := c.mayLeave(from, to, number), c.mayEnter(from, to, number)
				// A port that is open to everybody is open to pods that never use it.
				if out == in || in && c.public(to, number) {
					continue
				}
				c.fail(from.owner, "to %s port %d: allowed out %t, allowed in %t", to.owner, number, out, in)
			}
		}
	}
}

func ports(p pod) []int32 {
	var list []int32
	for _, c := range p.containers() {
		for _, port := range c.Ports {
			list = append(list, port.ContainerPort)
		}
	}
	return list
}

// public reports whether a port is open to every address.
func (c *checker) public(to pod, number int32) bool {
	return c.admits(to, number, func(from []networkingv1.NetworkPolicyPeer) bool { return len(from) == 0 })
}

func (c *checker) mayLeave(from, to pod, number int32) bool {
	for _, p := range c.Policies {
		if p.Namespace != from.namespace || !from.matches(p.Spec.PodSelector.MatchLabels) {
			continue
		}
		for _, rule := range p.Spec.Egress {
			if opens(rule.Ports, number) && includes(rule.To, to, p.Namespace) {
				return true
			}
		}
	}
	return false
}

func (c *checker) mayEnter(from, to pod, number int32) bool {
	return c.admits(to, number, func(peers []networkingv1.NetworkPolicyPeer) bool {
		return len(peers) == 0 || includes(peers, from, to.namespace)
	})
}

// admits reports whether a policy about the pod lets those in to a port whom from accepts.
func (c *checker) admits(to pod, number int32, from func([]networkingv1.NetworkPolicyPeer) bool) bool {
	for _, p := range c.Policies {
		if p.Namespace != to.namespace || !to.matches(p.Spec.PodSelector.MatchLabels) {
			continue
		}
		for _, rule := range p.Spec.Ingress {
			if opens(rule.Ports, number) && from(rule.From) {
				return true
			}
		}
	}
	return false
}

func opens(ports []networkingv1.NetworkPolicyPort, number int32) bool {
	return len(ports) == 0 || slices.ContainsFunc(ports, func(p networkingv1.NetworkPolicyPort) bool {
		return p.Port.IntVal == number
	})
}

// includes reports whether a peer of a policy in that namespace means the pod.
func includes(peers []networkingv1.NetworkPolicyPeer, p pod, namespace string) bool {
	return slices.ContainsFunc(peers, func(peer networkingv1.NetworkPolicyPeer) bool {
		return peer.PodSelector != nil && namespaceOf(peer, namespace) == p.namespace &&
			p.matches(peer.PodSelector.MatchLabels)
	})
}
