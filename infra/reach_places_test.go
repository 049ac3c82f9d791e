package main

import (
	"net/netip"
	"slices"
	"strconv"

	"github.com/techcommerce/platform/infra/internal/wiring"
	"github.com/techcommerce/platform/stacks"
)

func number(port int32) string { return strconv.Itoa(int(port)) }

// destination is an end outside the declaration, and who must reach it. Nobody else may.
type destination struct {
	wiring.End
	// must reports whether the pod that an object makes must reach it.
	must func(owner string) bool
	// anywhere says that it may be at any address, where nothing tells it from what a stack lets some pods connect to.
	anywhere bool
}

// connectsAnywhere reports whether the stack lets the pod connect to any address, at the ports of what it is for.
func connectsAnywhere(stack stacks.Stack, owner string) bool {
	switch owner {
	case "StatefulSet alertmanager":
		return len(stack.Monitoring.Alertmanager.Receivers.Networks) > 0
	case "Deployment blackbox-exporter":
		return stack.ProbedAddress() != ""
	case "Deployment order-api":
		return len(stack.Webhooks) > 0
	}
	return owner == "Deployment tunnel"
}

func only(owners ...string) func(string) bool {
	return func(owner string) bool { return slices.Contains(owners, owner) }
}

func everybody(string) bool { return true }

// destinations are the ends outside: of every kind of cluster, because a stack shall run on each.
func destinations(stack stacks.Stack, engine wiring.Engine) []destination {
	askers := only("StatefulSet prometheus", "Deployment kube-state-metrics")
	list := append(apiServers(askers), resolvers(stack, engine)...)
	prometheus := only("StatefulSet prometheus")
	node := []string{"host", "remote-node"}
	return append(list,
		destination{wiring.End{Name: "a kubelet", Entities: node, Address: "10.0.0.11", Port: 10250}, prometheus, false},
		destination{wiring.End{Name: "a kubelet with IPv6", Entities: node, Address: "2001:db8::11", Port: 10250}, prometheus, false},
		destination{wiring.End{Name: "the SSH of a node", Entities: node, Address: "10.0.0.11", Port: 22}, only(), false},
		destination{wiring.End{
			Name: "a cloud's metadata", Entities: []string{wiring.World}, Address: "169.254.169.254", Port: 80,
		}, only(), false},
		destination{wiring.End{
			Name: "a resolver on the internet", Entities: []string{wiring.World}, Address: "8.8.8.8", Port: 53, Protocol: "UDP",
		}, only(), false},
		destination{wiring.End{
			Name: "a backdoor on port 53", Entities: []string{wiring.World}, Address: "203.0.113.53", Port: 53,
		}, only(), false},
		destination{wiring.End{
			Name: "somebody else's database", Namespace: "other", Labels: map[string]string{"app": "database"},
			Address: "100.64.1.9", Port: 5432,
		}, only(), false},
	)
}

// apiServers are those of different clusters: behind the same Service at port 443, at different ports, on a node or not.
func apiServers(must func(string) bool) []destination {
	var list []destination
	for _, s := range []wiring.End{
		{Name: "the API server of kubeadm", Entities: []string{"remote-node", "kube-apiserver"}, Address: "10.0.0.10", Port: 6443},
		{Name: "minikube's API server", Entities: []string{"host", "kube-apiserver"}, Address: "192.168.49.2", Port: 8443},
		{Name: "MicroK8s' API server", Entities: []string{"host", "kube-apiserver"}, Address: "192.168.1.5", Port: 16443},
		{Name: "a managed API server", Entities: []string{"world", "kube-apiserver"}, Address: "20.50.0.10", Port: 443},
	} {
		s.Service, s.ServicePort = "10.96.0.1", 443
		list = append(list, destination{s, must, true})
	}
	return append(list, destination{wiring.End{
		Name: "an API server with IPv6", Entities: []string{"remote-node", "kube-apiserver"}, Address: "2001:db8::10", Port: 6443,
		Service: "fd00:10:96::1", ServicePort: 443,
	}, must, true})
}

// resolvers are those of different clusters. Under Cilium a cache on the node is known by no address: it is reached where
// the stack says that Cilium holds the policies; elsewhere the cluster redirects to a pod of kube-system.
func resolvers(stack stacks.Stack, engine wiring.Engine) []destination {
	var list []destination
	cached := everybody
	if engine.Entities && !stack.Cluster.Cilium() || !cachedAt(stack, "10.96.0.10") {
		cached = nil
	}
	for _, protocol := range []string{"UDP", "TCP"} {
		for _, r := range []wiring.End{
			{
				Name: "CoreDNS", Namespace: "kube-system", Labels: map[string]string{"k8s-app": "kube-dns"},
				Address: "10.244.0.3", Port: 53, Service: "10.96.0.10", ServicePort: 53,
			},
			{
				Name: "OpenShift's resolver", Namespace: "openshift-dns", Address: "10.128.0.3", Port: 5353,
				Service: "172.30.0.10", ServicePort: 53,
			},
			{
				Name: "Gardener's resolver", Namespace: "kube-system", Address: "10.244.0.3", Port: 8053,
				Service: "10.96.0.10", ServicePort: 53,
			},
		} {
			r.Protocol = protocol
			list = append(list, destination{r, everybody, false})
		}
		if cached == nil {
			continue
		}
		for name, address := range map[string]string{
			"a cache at NodeLocal DNS' address": "169.254.20.10", "a cache at AKS' address": "169.254.10.11",
			"a cache at the Service's address": "10.96.0.10", "a cache at the Service's address with IPv6": "fd00:10:96::a",
		} {
			list = append(list, destination{wiring.End{
				Name: name, Entities: []string{"host"}, Address: address, Port: 53, Protocol: protocol,
			}, cached, false})
		}
	}
	return list
}

// cachedAt reports whether the stack says nothing narrower of where the resolver is than any private address.
func cachedAt(stack stacks.Stack, address string) bool {
	return slices.ContainsFunc(stack.Cluster.DNS, func(c stacks.CIDR) bool { return c.Contains(netip.MustParseAddr(address)) })
}

// source is an end outside that connects, and the pods' ports that are open to it: name:port.
type source struct {
	wiring.End
	opens []string
}

// sources are who may want in: through a node port, an Ingress controller, or past them.
func sources(stack stacks.Stack) []source {
	var anybody []string
	if stack.Edge.NodePort != 0 {
		anybody = append(anybody, "frontend:3000")
	}
	if m := stack.Monitoring; m != nil && m.Prometheus.NodePort != 0 {
		anybody = append(anybody, "prometheus:9090")
	}
	if m := stack.Monitoring; m != nil && m.Grafana != nil && m.Grafana.NodePort != 0 {
		anybody = append(anybody, "grafana:3000")
	}
	list := []source{
		{wiring.End{Name: "a client", Entities: []string{wiring.World}, Address: "203.0.113.7"}, anybody},
		{wiring.End{Name: "somebody else's pod", Namespace: "other", Address: "10.244.1.9"}, anybody},
		{wiring.End{
			Name: "a pod that is called as ours", Namespace: "other", Address: "10.244.1.9",
			Labels: map[string]string{"app.kubernetes.io/name": "frontend", "app.kubernetes.io/part-of": "techcommerce"},
		}, anybody},
	}
	return append(list, passing(stack, anybody)...)
}

// passing are all kinds of proxies, of which the stack's own must reach the shop, and cert-manager's pods.
func passing(stack stacks.Stack, anybody []string) []source {
	p, ok := stack.Proxies()
	opens := func(own bool) []string {
		if !ok || !own {
			return anybody
		}
		return append(slices.Clone(anybody), "frontend:3000", "acme-solver:8089")
	}
	traefik := map[string]string{"app.kubernetes.io/name": "traefik"}
	return []source{
		{wiring.End{Name: "ingress-nginx", Namespace: "ingress-nginx", Address: "10.244.1.4"}, opens(p.Namespace == "ingress-nginx")},
		{wiring.End{Name: "Traefik", Namespace: "kube-system", Labels: traefik, Address: "10.42.0.8"}, opens(p.Namespace == "kube-system")},
		{wiring.End{Name: "a neighbour of Traefik", Namespace: "kube-system", Address: "10.42.0.9"},
			opens(p.Namespace == "kube-system" && len(p.Labels) == 0)},
		// It may be a controller on the node's network, or a client whose address was translated on the way.
		{wiring.End{Name: "another node", Entities: []string{"remote-node"}, Address: "10.0.0.14"}, opens(p.Nodes)},
		{wiring.End{Name: "Cilium's proxy", Entities: []string{"ingress"}, Address: "10.244.3.3"}, opens(p.Cilium)},
		{wiring.End{Name: "a cloud's load balancer", Entities: []string{wiring.World}, Address: "35.191.0.9"}, opens(len(p.Networks) > 0)},
	}
}
