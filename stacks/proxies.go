package stacks

import "fmt"

// nginxClass and nginxNamespace are what ingress-nginx calls itself unless it is told otherwise.
const nginxClass, nginxNamespace = "nginx", "ingress-nginx"

// ciliumClass is the class of Cilium's own ingress controller, and of its gateways.
const ciliumClass = "cilium"

// Proxies are who passes requests on to the shop: the pods, nodes or networks that an Ingress or a Gateway is served from.
type Proxies struct {
	// Namespace holds the pods, Labels are theirs; without labels all pods of the namespace.
	Namespace string
	Labels    Pairs
	// Networks are the address ranges of load balancers that send requests to the pods of the shop themselves.
	Networks []CIDR
	// Nodes says that the proxies are on the nodes' own network.
	Nodes bool
	// Cilium says that Cilium itself is the proxy.
	Cilium bool
}

// Proxies are the ingress controller's.
func (i Ingress) Proxies(cluster Cluster) Proxies {
	p := Proxies{
		Namespace: i.Controller, Labels: i.ControllerLabels, Networks: i.Networks, Nodes: i.HostNetwork,
		Cilium: i.Class == ciliumClass && cluster.Cilium(),
	}
	if i.Class == nginxClass && i.Controller == "" && !i.HostNetwork {
		p.Namespace = nginxNamespace
	}
	return p
}

// Proxies are the Gateway's.
func (g Gateway) Proxies(cluster Cluster) Proxies {
	return Proxies{
		Namespace: g.Controller, Labels: g.ControllerLabels, Networks: g.Networks, Nodes: g.HostNetwork,
		Cilium: g.Class == ciliumClass && cluster.Cilium(),
	}
}

// Host is the way in by a host name: an Ingress or a Gateway; ok is false where there is neither.
func (e Edge) Host() (host string, tls *TLS, ok bool) {
	switch {
	case e.Ingress != nil:
		return e.Ingress.Host, e.Ingress.TLS, true
	case e.Gateway != nil:
		return e.Gateway.Host, e.Gateway.TLS, true
	}
	return "", nil, false
}

// Proxies are who passes requests on to the shop under its host name; ok is false where nobody does.
func (s Stack) Proxies() (proxies Proxies, ok bool) {
	switch e := s.Edge; {
	case e.Ingress != nil:
		return e.Ingress.Proxies(s.Cluster), true
	case e.Gateway != nil:
		return e.Gateway.Proxies(s.Cluster), true
	}
	return Proxies{}, false
}

// Solver is the image of the pods by which cert-manager proves to an issuer whose the host is, without a tag; empty where
// it makes no certificate for the stack.
func (e Edge) Solver() string {
	if _, tls, ok := e.Host(); ok && tls != nil && tls.Issuer != "" {
		return tls.Solver
	}
	return ""
}

// Encrypts reports whether visitors reach the shop's host over TLS.
func (e Edge) Encrypts() bool {
	_, tls, ok := e.Host()
	return ok && tls != nil
}

// validateProxies demands that a network policy can name whoever passes requests on.
func (s Stack) validateProxies() []Problem {
	var found problems
	p, ok := s.Proxies()
	path := "edge.ingress"
	if s.Edge.Gateway != nil {
		path = "edge.gateway"
	}
	switch {
	case !ok:
	case p.Nodes && p.Namespace != "":
		found.add(path+".controller", "%q, but with hostNetwork the controller's pods have the addresses of nodes", p.Namespace)
	case p.Nodes && !s.Cluster.Cilium() && len(s.Cluster.Nodes) == 0:
		found.add(path+".hostNetwork", "set, so cluster.nodes must list the addresses of the nodes")
	case len(p.Labels) > 0 && p.Namespace == "":
		found.add(path+".controllerLabels", "set, but %s.controller is not: in which namespace are the pods?", path)
	case p.Namespace == "" && !p.Nodes && !p.Cilium && len(p.Networks) == 0:
		found.add(path+".controller", "missing, want the namespace of the controller's pods, or networks, or hostNetwork: "+
			"nobody else may connect to the shop")
	}
	for i, network := range p.Networks {
		if network.prefix.Bits() == 0 && s.Edge.Secure {
			found.add(fmt.Sprintf("%s.networks[%d]", path, i),
				"%s lets everybody past the load balancer, but edge.secure is set; want its networks", network)
		}
	}
	return found
}
