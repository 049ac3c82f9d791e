// Package cilium writes the policies that only Cilium has: about nodes, the API server and proxies, which Kubernetes' own
// policies can name by address alone and which Cilium never matches by address. They add to Kubernetes' policies: what
// either allows is allowed.
package cilium

import (
	"strconv"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Entities are what Cilium calls what has no pod labels.
const (
	// host is the pod's own node, remoteNode every other one.
	host, remoteNode = "host", "remote-node"
	// apiServer is the API server, wherever it runs.
	apiServer = "kube-apiserver"
	// proxy is Cilium's own ingress controller and its gateways.
	proxy = "ingress"
)

// Nodes are all nodes of the cluster.
func Nodes() []string { return []string{host, remoteNode} }

// APIServer is the API server, wherever it runs.
func APIServer() []string { return []string{apiServer} }

// Proxy is Cilium's own ingress controller and its gateways.
func Proxy() []string { return []string{proxy} }

// Policy allows connections between pods and entities.
type Policy struct {
	// Name is the policy's, in Namespace.
	Name      string
	Namespace pulumi.StringInput
	// Labels are those of the policy itself.
	Labels pulumi.StringMap
	// Pods selects the pods; nil means every pod of the namespace.
	Pods pulumi.StringMap
	// From may connect to the pods, the pods may connect to To.
	From, To []Rule
}

// Rule is entities, and the ports of whoever is connected to.
type Rule struct {
	Entities []string
	TCP, UDP []int
}

// New declares the policy.
func New(ctx *pulumi.Context, name string, p Policy, opts ...pulumi.ResourceOption) error {
	pods := pulumi.Map{}
	if len(p.Pods) > 0 {
		pods["matchLabels"] = p.Pods
	}
	spec := pulumi.Map{"endpointSelector": pods}
	if len(p.From) > 0 {
		spec["ingress"] = rules("fromEntities", p.From)
	}
	if len(p.To) > 0 {
		spec["egress"] = rules("toEntities", p.To)
	}
	_, err := apiextensions.NewCustomResource(ctx, name, &apiextensions.CustomResourceArgs{
		ApiVersion: pulumi.String("cilium.io/v2"),
		Kind:       pulumi.String("CiliumNetworkPolicy"),
		Metadata: &metav1.ObjectMetaArgs{
			Name: pulumi.String(p.Name), Namespace: p.Namespace.ToStringOutput(), Labels: p.Labels,
		},
		OtherFields: kubernetes.UntypedArgs{"spec": spec},
	}, opts...)
	return err
}

func rules(entities string, list []Rule) pulumi.Array {
	var array pulumi.Array
	for _, r := range list {
		var ports pulumi.Array
		for _, number := range r.UDP {
			ports = append(ports, port(number, "UDP"))
		}
		for _, number := range r.TCP {
			ports = append(ports, port(number, "TCP"))
		}
		array = append(array, pulumi.Map{
			entities:  pulumi.ToStringArray(r.Entities),
			"toPorts": pulumi.Array{pulumi.Map{"ports": ports}},
		})
	}
	return array
}

// port is a number, which Cilium wants as text.
func port(number int, protocol string) pulumi.Map {
	return pulumi.Map{"port": pulumi.String(strconv.Itoa(number)), "protocol": pulumi.String(protocol)}
}
