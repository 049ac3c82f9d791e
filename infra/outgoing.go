package main

import (
	"github.com/techcommerce/platform/infra/internal/kube"
	"github.com/techcommerce/platform/infra/workload"
	"github.com/techcommerce/platform/stacks"
)

// receiver is something that services send to: a Service of the cluster, or an address outside.
type receiver interface {
	// Namespace is where the Service is, empty outside the cluster.
	Namespace() string
	// Port is where it listens. A Service's pods may listen on another one.
	Port() int
	// Ranges are its addresses, as far as the stack knows them.
	Ranges() []stacks.CIDR
}

// outgoing is where a service may connect to for a receiver.
func outgoing(to receiver) (callees []workload.Callee) {
	peers, port := kube.Internet(), to.Port()
	switch ranges := cidrStrings(to.Ranges()); {
	case len(ranges) > 0:
		peers = kube.WithoutMetadata(ranges)
	case to.Namespace() != "":
		peers, port = []kube.Peer{{Namespace: to.Namespace()}}, 0
	}
	for _, peer := range peers {
		callees = append(callees, workload.Callee{Peer: peer, Port: port})
	}
	return callees
}
