package main

import (
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/internal/wiring"
	"github.com/techcommerce/platform/stacks"
	"github.com/techcommerce/platform/stacks/stackstest"
)

// TestWhoReachesWhom holds the matrix of connections, of each stack and each way in, against every reading of its policies
// that a network engine may have.
func TestWhoReachesWhom(t *testing.T) {
	t.Parallel()
	for name, stack := range networked(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			objects := mustRead(t, mustDeclare(t, stack))
			for _, problem := range wiring.Check(objects, expectations(t, stack)) {
				t.Error(problem)
			}
			objects = withSolver(objects, stack)
			for _, engine := range wiring.Engines() {
				if !suits(stack, engine) {
					continue
				}
				network := wiring.NewNetwork(objects, engine)
				for _, problem := range unreached(stack, network) {
					t.Errorf("%s: %s", engine.Name, problem)
				}
			}
		})
	}
}

// suits reports whether a stack's settings are meant for the engine: a stack that names Cilium is on no other, and address
// ranges of nodes mean nothing to Cilium.
func suits(stack stacks.Stack, engine wiring.Engine) bool {
	if engine.Entities {
		return stack.Cluster.Cilium() || len(stack.Cluster.Nodes) == 0
	}
	return !stack.Cluster.Cilium()
}

// networked are the variants, and those that differ only in what their cluster's network is like.
func networked(t testing.TB) map[string]stacks.Stack {
	t.Helper()
	all := variants(t)
	production := func(change func(*stacks.Stack)) stacks.Stack {
		stack := mustDecode(t, stackstest.File(t, "production", stackstest.Secrets()))
		change(&stack)
		return stack
	}
	nodes := mustRanges(t, "10.0.0.0/24", "2001:db8::/64",
		"10.96.0.1/32", "fd00:10:96::1/128", "192.168.49.2/32", "192.168.1.5/32", "20.50.0.10/32")
	balancers := mustRanges(t, "35.191.0.0/16", "130.211.0.0/22")
	traefik := stacks.Pairs{"app.kubernetes.io/name": "traefik"}
	all["cilium"] = production(func(s *stacks.Stack) { s.Cluster.NetworkEngine = stacks.EngineCilium })
	all["cilium, its own ingress"] = production(func(s *stacks.Stack) {
		s.Cluster.NetworkEngine, s.Edge.Ingress.Class = stacks.EngineCilium, "cilium"
	})
	all["cilium, a controller on the nodes' network"] = production(func(s *stacks.Stack) {
		s.Cluster.NetworkEngine, s.Edge.Ingress.HostNetwork = stacks.EngineCilium, true
	})
	all["a controller on the nodes' network"] = production(func(s *stacks.Stack) {
		s.Cluster.Nodes, s.Edge.Ingress.HostNetwork = nodes, true
	})
	all["a controller by its labels"] = production(func(s *stacks.Stack) {
		s.Edge.Ingress.Class, s.Edge.Ingress.Controller, s.Edge.Ingress.ControllerLabels = "traefik", "kube-system", traefik
	})
	all["a cloud's load balancer"] = production(func(s *stacks.Stack) {
		s.Edge.Ingress.Class, s.Edge.Ingress.Networks = "alb", balancers
		s.Edge.Ingress.TLS = &stacks.TLS{Terminated: true}
	})
	all["a gateway of its own"] = production(func(s *stacks.Stack) {
		s.Edge.Gateway = &stacks.Gateway{
			Host: s.Edge.Ingress.Host, Class: "traefik", Controller: "kube-system", ControllerLabels: traefik, TLS: s.Edge.Ingress.TLS,
		}
		s.Edge.Ingress = nil
	})
	all["a gateway that is there"] = production(func(s *stacks.Stack) {
		s.Edge.Gateway = &stacks.Gateway{
			Host: s.Edge.Ingress.Host, Name: "shared", Namespace: "gateways", Networks: balancers, TLS: &stacks.TLS{Terminated: true},
		}
		s.Edge.Ingress = nil
	})
	return all
}

func mustRanges(t testing.TB, texts ...string) []stacks.CIDR {
	t.Helper()
	list := make([]stacks.CIDR, len(texts))
	for i, text := range texts {
		if err := list[i].UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// withSolver adds the pod that cert-manager starts where a certificate is asked for.
func withSolver(o *wiring.Objects, stack stacks.Stack) *wiring.Objects {
	if stack.Edge.Solver() == "" {
		return o
	}
	job := &batchv1.Job{}
	job.Name, job.Namespace = "acme-solver", stack.Namespace
	job.Spec.Template.Labels = map[string]string{"acme.cert-manager.io/http01-solver": "true"}
	job.Spec.Template.Spec.Containers = []corev1.Container{{Ports: []corev1.ContainerPort{{ContainerPort: 8089}}}}
	o.Jobs = append(o.Jobs, job)
	return o
}

// unreached lists the connections that are allowed and should not be, or the other way round.
func unreached(stack stacks.Stack, network wiring.Network) []string {
	var found []string
	want := func(must, may bool, from, to string) {
		switch {
		case must && !may:
			found = append(found, from+" does not reach "+to)
		case may && !must:
			found = append(found, from+" reaches "+to)
		}
	}
	calls := calls(stack)
	for _, from := range network.Pods() {
		for _, to := range network.Pods() {
			for _, port := range to.Ports {
				call := plain(from.Name) + ">" + plain(to.Name)
				must := slices.Contains(calls, call) || slices.Contains(calls, call+":"+number(port))
				want(must, network.Connects(from.Name, to.Name, port), from.Name, to.Name+" port "+number(port))
			}
		}
		for _, to := range destinations(stack, network.Engine) {
			if !to.anywhere || !connectsAnywhere(stack, from.Name) {
				want(to.must(from.Name), network.Leaves(from.Name, to.End), from.Name, to.Name)
			}
		}
	}
	for _, to := range network.Pods() {
		for _, from := range sources(stack) {
			for _, port := range to.Ports {
				must := slices.Contains(from.opens, plain(to.Name)+":"+number(port))
				want(must, network.Enters(from.End, to.Name, port), from.Name, to.Name+" port "+number(port))
			}
		}
	}
	return found
}

// plain is a pod's name without the kind of the object that makes it, and without the time of the backup that it restores.
func plain(owner string) string {
	_, name, _ := strings.Cut(owner, " ")
	if strings.HasPrefix(name, restore) {
		return restore
	}
	return name
}

// restore begins the name of the job that loads a backup.
const restore = "database-restore"

// calls are the connections between a stack's own pods: from>to:port, or from>to where it is every port.
func calls(stack stacks.Stack) []string {
	list := []string{
		"frontend>product-api:5003", "frontend>order-api:5004", "order-api>product-api:5003",
		"tunnel>frontend:3000", "tunnel>order-api:5004",
		"product-api>database:5432", "order-api>database:5432", "postgres-exporter>database:5432",
		"database-backup>database:5432", restore + ">database:5432",
	}
	if stack.Monitoring == nil {
		return list
	}
	for _, service := range contract.Services() {
		list = append(list, "prometheus>"+service.Name+":"+number(contract.InternalPort))
	}
	return append(list,
		"prometheus>prometheus", "prometheus>alertmanager", "prometheus>kube-state-metrics", "prometheus>node-exporter",
		"prometheus>blackbox-exporter", "prometheus>grafana", "prometheus>postgres-exporter",
		"grafana>prometheus", "blackbox-exporter>frontend:3000")
}

// TestEngineFaultsAreCaught takes from production's policies what one engine or another needs.
func TestEngineFaultsAreCaught(t *testing.T) {
	t.Parallel()
	stack := networked(t)["production"]
	for _, f := range []struct {
		name string
		put  func(o *wiring.Objects)
		// want are the problems by the engine that they are of; no other engine has one.
		want map[string]string
	}{
		{"a range that shall mean the nodes", func(o *wiring.Objects) {
			for i, rule := range policy(o, "prometheus").Spec.Egress {
				if len(rule.To) == 0 {
					policy(o, "prometheus").Spec.Egress[i].To = []networkingv1.NetworkPolicyPeer{
						{IPBlock: &networkingv1.IPBlock{CIDR: "0.0.0.0/0"}}, {IPBlock: &networkingv1.IPBlock{CIDR: "::/0"}},
					}
				}
			}
		}, map[string]string{"Cilium": "StatefulSet prometheus does not reach a kubelet"}},
		{"IPv4 alone", func(o *wiring.Objects) {
			for i, rule := range policy(o, "prometheus").Spec.Egress {
				if len(rule.To) == 0 {
					policy(o, "prometheus").Spec.Egress[i].To = []networkingv1.NetworkPolicyPeer{
						{IPBlock: &networkingv1.IPBlock{CIDR: "0.0.0.0/0"}},
					}
				}
			}
		}, map[string]string{
			"as worded": "StatefulSet prometheus does not reach a kubelet with IPv6", "behind the Service": "StatefulSet prometheus does not reach a kubelet with IPv6",
			"Cilium": "StatefulSet prometheus does not reach a kubelet",
		}},
		{"no port of minikube's API server", func(o *wiring.Objects) { without(policy(o, "kube-state-metrics"), 8443) },
			map[string]string{
				"behind the Service": "Deployment kube-state-metrics does not reach minikube's API server",
				"Cilium":             "Deployment kube-state-metrics does not reach minikube's API server",
			}},
		{"no port of the API server's Service", func(o *wiring.Objects) { without(policy(o, "kube-state-metrics"), 443) },
			map[string]string{
				"as worded":          "Deployment kube-state-metrics does not reach the API server of kubeadm",
				"behind the Service": "Deployment kube-state-metrics does not reach a managed API server",
				"Cilium":             "Deployment kube-state-metrics does not reach a managed API server",
			}},
		{"no port of OpenShift's resolver", func(o *wiring.Objects) { without(policy(o, "allow-dns"), 5353) },
			map[string]string{
				"behind the Service": "Deployment frontend does not reach OpenShift's resolver",
				"Cilium":             "Deployment frontend does not reach OpenShift's resolver",
			}},
		{"everybody at the shop's pods", func(o *wiring.Objects) { policy(o, "product-api").Spec.Ingress[0].From = nil },
			map[string]string{
				"as worded":          "somebody else's pod reaches Deployment product-api port 5003",
				"behind the Service": "somebody else's pod reaches Deployment product-api port 5003",
				"Cilium":             "somebody else's pod reaches Deployment product-api port 5003",
			}},
	} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			objects := mustRead(t, mustDeclare(t, stack))
			f.put(objects)
			for _, engine := range wiring.Engines() {
				found := unreached(stack, wiring.NewNetwork(objects, engine))
				want, caught := f.want[engine.Name]
				if caught && !slices.Contains(found, want) || !caught && len(found) > 0 {
					t.Errorf("%s: want %q, got %q", engine.Name, want, found)
				}
			}
		})
	}
}

// without takes a port out of every rule of a policy.
func without(p *networkingv1.NetworkPolicy, number int32) {
	for i := range p.Spec.Egress {
		p.Spec.Egress[i].Ports = slices.DeleteFunc(p.Spec.Egress[i].Ports, func(port networkingv1.NetworkPolicyPort) bool {
			return port.Port.IntVal == number
		})
	}
}
