package main

import (
	"net/netip"

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
	for _, network := range cidrStrings(to.Ranges()) {
		callees = append(callees, workload.Callee{Peer: kube.Peer{CIDR: network, Except: linkLocal(network)}, Port: to.Port()})
	}
	switch {
	case len(callees) > 0:
		return callees
	case to.Namespace() != "":
		return []workload.Callee{{Peer: kube.Peer{Namespace: to.Namespace()}}}
	}
	for _, peer := range kube.Internet() {
		callees = append(callees, workload.Callee{Peer: peer, Port: to.Port()})
	}
	return callees
}

// linkLocal lists what a range leaves out: the addresses where a cloud tells its machines their credentials. A range that is
// wholly within them means them.
func linkLocal(network string) (except []string) {
	within, err := netip.ParsePrefix(network)
	if err != nil {
		return nil // the settings were checked
	}
	for _, text := range []string{"169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128"} {
		left := netip.MustParsePrefix(text)
		if within.Bits() < left.Bits() && within.Contains(left.Addr()) {
			except = append(except, text)
		}
	}
	return except
}
