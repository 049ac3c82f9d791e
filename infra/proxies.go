package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/edge"
	"github.com/techcommerce/platform/infra/internal/cilium"
	"github.com/techcommerce/platform/infra/internal/kube"
	"github.com/techcommerce/platform/stacks"
)

// proxies are who passes requests on to the shop under its host name, as network policies name them; nobody where it has
// none.
func proxies(stack stacks.Stack) edge.Proxies {
	p, ok := stack.Proxies()
	if !ok {
		return edge.Proxies{}
	}
	var list edge.Proxies
	if p.Namespace != "" {
		pods := kube.Peer{Namespace: p.Namespace}
		if len(p.Labels) > 0 {
			pods.Pods = pulumi.ToStringMap(p.Labels)
		}
		list.Peers = append(list.Peers, pods)
	}
	list.Peers = append(list.Peers, kube.Networks(cidrStrings(p.Networks))...)
	switch {
	case p.Nodes && stack.Cluster.Cilium():
		list.Entities = append(list.Entities, cilium.Nodes()...)
	case p.Nodes:
		list.Peers = append(list.Peers, kube.Networks(cidrStrings(stack.Cluster.Nodes))...)
	}
	if p.Cilium {
		list.Entities = append(list.Entities, cilium.Proxy()...)
	}
	return list
}

func ingressArgs(i stacks.Ingress) *edge.Ingress {
	return &edge.Ingress{Class: i.Class, Host: i.Host, Annotations: i.Annotations, TLS: tlsArgs(i.TLS)}
}

func gatewayArgs(g stacks.Gateway) *edge.Gateway {
	return &edge.Gateway{
		Host: g.Host, Class: g.Class, Name: g.Name, Namespace: g.Namespace, Section: g.Section, TLS: tlsArgs(g.TLS),
	}
}

func tlsArgs(t *stacks.TLS) *edge.TLS {
	if t == nil {
		return nil
	}
	return &edge.TLS{Secret: t.Secret, Issuer: t.Issuer, Terminated: t.Terminated}
}
