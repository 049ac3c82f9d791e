package wiring

import (
	"net/netip"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Engine is how a network engine reads policies where Kubernetes leaves it open. What a policy shall allow or forbid must
// come out the same under every one of them.
type Engine struct {
	// Name is for messages.
	Name string
	// InnerAddresses says that address ranges also match nodes and pods.
	InnerAddresses bool
	// Translated says that a connection is judged where it ends, not at the Service that it was sent to.
	Translated bool
	// Entities says that the engine holds CiliumNetworkPolicies.
	Entities bool
}

// Engines are the three ways to read a policy that there are: by Kubernetes' words at the address that the client
// connects to; at the address behind the Service, as most do; and Cilium's, for which no range matches a node or a pod.
func Engines() []Engine {
	return []Engine{
		{Name: "as worded", InnerAddresses: true},
		{Name: "behind the Service", InnerAddresses: true, Translated: true},
		{Name: "Cilium", Translated: true, Entities: true},
	}
}

// End is one end of a connection that the declaration does not have: a pod of somebody else's, a node, the API server, or
// somebody outside.
type End struct {
	// Name is for messages.
	Name string
	// Namespace and Labels are those of a pod; anything else has no namespace.
	Namespace string
	Labels    map[string]string
	// Entities are what Cilium calls it, where it is no pod.
	Entities []string
	// Address is where it is; Service is the address that clients connect to, where that is another.
	Address, Service string
	// Port is where it listens, ServicePort the Service's port, where that is another.
	Port, ServicePort int32
	// Protocol is TCP unless it says otherwise.
	Protocol string
}

// World is what Cilium calls everything outside the cluster.
const World = "world"

// Pod is one of the declaration's, as the matrix of connections names it.
type Pod struct {
	// Name is that of the object that makes the pod, such as "Deployment frontend".
	Name string
	// Namespace is where it is.
	Namespace string
	// Ports are those that its containers declare.
	Ports []int32
}

// Pods lists the declaration's pods.
func (o *Objects) Pods() []Pod {
	var list []Pod
	for _, p := range o.pods() {
		list = append(list, Pod{Name: p.owner, Namespace: p.namespace, Ports: ports(p)})
	}
	return list
}

// Network judges connections as one engine would.
type Network struct {
	*Objects
	Engine Engine
	owners map[string]pod
}

// NewNetwork prepares to judge; what changes in the objects afterwards is not seen.
func NewNetwork(o *Objects, engine Engine) Network {
	n := Network{Objects: o, Engine: engine, owners: map[string]pod{}}
	for _, p := range o.pods() {
		n.owners[p.owner] = p
	}
	return n
}

// Connects reports whether a pod of the declaration reaches another one's port: both ends have to allow it.
func (n Network) Connects(from, to string, port int32) bool {
	target := n.owned(to)
	source := n.owned(from)
	return n.Leaves(from, end(target, port)) && n.Enters(end(source, 0), to, port)
}

// end is a pod of the declaration as the other end sees it, at an address that no range of any policy is meant for.
func end(p pod, port int32) End {
	return End{Name: p.owner, Namespace: p.namespace, Labels: p.template.Labels, Address: "10.244.0.77", Port: port}
}

func (n Network) owned(owner string) pod {
	p, ok := n.owners[owner]
	if !ok {
		panic("no " + owner)
	}
	return p
}

// Leaves reports whether a pod may connect to the end.
func (n Network) Leaves(from string, to End) bool {
	p := n.owned(from)
	restricted := false
	for _, policy := range n.about(p, networkingv1.PolicyTypeEgress) {
		restricted = true
		for _, rule := range policy.Spec.Egress {
			if n.opens(rule.Ports, to) && n.any(rule.To, to, policy.Namespace) {
				return true
			}
		}
	}
	return !restricted || n.entities(p, to, func(c ciliumSpec) []ciliumRule { return c.Egress })
}

// Enters reports whether the end may connect to a pod's port.
func (n Network) Enters(from End, to string, port int32) bool {
	p := n.owned(to)
	// A pod's own policies see the port that the pod listens on.
	at := End{Port: port, Protocol: from.Protocol}
	restricted := false
	for _, policy := range n.about(p, networkingv1.PolicyTypeIngress) {
		restricted = true
		for _, rule := range policy.Spec.Ingress {
			if n.opens(rule.Ports, at) && n.any(rule.From, from, policy.Namespace) {
				return true
			}
		}
	}
	from.Port = port
	return !restricted || n.entities(p, from, func(c ciliumSpec) []ciliumRule { return c.Ingress })
}

// about lists the policies that restrict a pod in one direction.
func (n Network) about(p pod, direction networkingv1.PolicyType) []*networkingv1.NetworkPolicy {
	var list []*networkingv1.NetworkPolicy
	for _, policy := range n.Policies {
		if policy.Namespace == p.namespace && slices.Contains(policy.Spec.PolicyTypes, direction) &&
			selects(&policy.Spec.PodSelector, p.template.Labels) {
			list = append(list, policy)
		}
	}
	return list
}

// opens reports whether the ports of a rule include the one that the engine judges.
func (n Network) opens(ports []networkingv1.NetworkPolicyPort, to End) bool {
	number := to.Port
	if !n.Engine.Translated && to.ServicePort != 0 {
		number = to.ServicePort
	}
	protocol := to.protocol()
	return len(ports) == 0 || slices.ContainsFunc(ports, func(p networkingv1.NetworkPolicyPort) bool {
		of := corev1.ProtocolTCP
		if p.Protocol != nil {
			of = *p.Protocol
		}
		return string(of) == protocol && (p.Port == nil || *p.Port == intstr.FromInt32(number))
	})
}

func (e End) protocol() string {
	if e.Protocol == "" {
		return "TCP"
	}
	return e.Protocol
}

// any reports whether the peers of a rule include the end. No peers at all mean everybody.
func (n Network) any(peers []networkingv1.NetworkPolicyPeer, e End, namespace string) bool {
	return len(peers) == 0 || slices.ContainsFunc(peers, func(peer networkingv1.NetworkPolicyPeer) bool {
		if peer.IPBlock != nil {
			return n.within(*peer.IPBlock, e)
		}
		return pods(peer, e, namespace)
	})
}

func pods(peer networkingv1.NetworkPolicyPeer, e End, namespace string) bool {
	if e.Namespace == "" {
		return false
	}
	if peer.NamespaceSelector == nil && e.Namespace != namespace {
		return false
	}
	if s := peer.NamespaceSelector; s != nil && !selects(s, map[string]string{"kubernetes.io/metadata.name": e.Namespace}) {
		return false
	}
	return peer.PodSelector == nil || selects(peer.PodSelector, e.Labels)
}

// within reports whether a range includes the address that the engine judges.
func (n Network) within(block networkingv1.IPBlock, e End) bool {
	if !n.Engine.InnerAddresses && !slices.Contains(e.Entities, World) {
		return false
	}
	text := e.Address
	if !n.Engine.Translated && e.Service != "" {
		text = e.Service
	}
	address := netip.MustParseAddr(text)
	except := slices.ContainsFunc(block.Except, func(r string) bool { return netip.MustParsePrefix(r).Contains(address) })
	return netip.MustParsePrefix(block.CIDR).Contains(address) && !except
}

// entities reports whether a CiliumNetworkPolicy allows what Kubernetes' policies do not.
func (n Network) entities(p pod, e End, rules func(ciliumSpec) []ciliumRule) bool {
	if !n.Engine.Entities {
		return false
	}
	for _, policy := range n.Cilium {
		if policy.Namespace != p.namespace || !selects(&policy.Spec.EndpointSelector, p.template.Labels) {
			continue
		}
		for _, rule := range rules(policy.Spec) {
			if rule.names(e) {
				return true
			}
		}
	}
	return false
}

func (r ciliumRule) names(e End) bool {
	named := slices.ContainsFunc(e.Entities, func(entity string) bool {
		return slices.Contains(r.FromEntities, entity) || slices.Contains(r.ToEntities, entity)
	})
	for _, ports := range r.ToPorts {
		for _, port := range ports.Ports {
			if named && port.Port == strconv.Itoa(int(e.Port)) && port.Protocol == e.protocol() {
				return true
			}
		}
	}
	return false
}

func selects(selector *metav1.LabelSelector, set map[string]string) bool {
	if len(selector.MatchExpressions) == 0 {
		return labels.SelectorFromValidatedSet(selector.MatchLabels).Matches(labels.Set(set))
	}
	s, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && s.Matches(labels.Set(set))
}

// CiliumPolicy is the part of a CiliumNetworkPolicy that the declaration uses; another field in it is an error.
type CiliumPolicy struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              ciliumSpec `json:"spec"`
}

type ciliumSpec struct {
	EndpointSelector metav1.LabelSelector `json:"endpointSelector"`
	Ingress          []ciliumRule         `json:"ingress"`
	Egress           []ciliumRule         `json:"egress"`
}

type ciliumRule struct {
	FromEntities []string `json:"fromEntities"`
	ToEntities   []string `json:"toEntities"`
	ToPorts      []struct {
		Ports []struct {
			Port     string `json:"port"`
			Protocol string `json:"protocol"`
		} `json:"ports"`
	} `json:"toPorts"`
}
