package stacks

import "net/netip"

// NetworkEngine is what holds a cluster's network policies.
type NetworkEngine string

// The engines that are told apart.
const (
	// EngineStandard holds what Kubernetes' own policies say.
	EngineStandard NetworkEngine = "standard"
	// EngineCilium is Cilium.
	EngineCilium NetworkEngine = "cilium"
)

func (NetworkEngine) options() []string {
	return []string{string(EngineStandard), string(EngineCilium)}
}

// Cilium reports whether Cilium holds the cluster's network policies.
func (c Cluster) Cilium() bool { return c.NetworkEngine == EngineCilium }

func defaultCluster() Cluster {
	return Cluster{Kind: "other", NetworkEngine: EngineStandard, DNS: privateNetworks()}
}

// privateNetworks are the addresses that nobody has on the internet. A resolver's Service has one of them, and a cache on
// the node answers there or at a link-local address.
func privateNetworks() []CIDR {
	var list []CIDR
	for _, network := range []string{
		"10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10",
	} {
		list = append(list, CIDR{netip.MustParsePrefix(network)})
	}
	return list
}

// anyAddress is every address.
func anyAddress() []CIDR {
	return []CIDR{{netip.MustParsePrefix("0.0.0.0/0")}, {netip.MustParsePrefix("::/0")}}
}
