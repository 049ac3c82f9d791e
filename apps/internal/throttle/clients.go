package throttle

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

const forwardedFor = "X-Forwarded-For"

// mostHops bounds how far a chain of proxies is followed; a longer one is somebody's nonsense.
const mostHops = 20

// Clients tells who a request comes from: its peer, or whom a trusted proxy names. Its zero value trusts nobody.
type Clients struct {
	trusted []netip.Prefix
	// proxies is how many entries of X-Forwarded-For are believed whoever sends them; the older way.
	proxies int
}

// TrustNetworks believes X-Forwarded-For of peers in these networks, and of whoever they name in these networks in turn.
func TrustNetworks(networks []netip.Prefix) Clients { return Clients{trusted: networks} }

// TrustProxies takes the client from so many entries before the end of X-Forwarded-For, whoever the peer is. A client
// that can reach the service by another way may call itself anything, so prefer TrustNetworks.
func TrustProxies(count int) Clients { return Clients{proxies: count} }

// Of is the address of who sends a request, invalid where there is none. What is no address is nobody's: the last
// address that somebody trusted has named stands.
func (c Clients) Of(r *http.Request) netip.Addr {
	client := parse(r.RemoteAddr)
	if c.proxies > 0 {
		return c.counted(r, client)
	}
	hops := backwards(r.Header.Values(forwardedFor))
	for range mostHops {
		if !c.Trusts(client) {
			return client
		}
		hop, ok := hops()
		if !ok {
			return client
		}
		named := parse(hop)
		if !named.IsValid() {
			return client
		}
		client = named
	}
	return client
}

// Believes reports whether a request's peer is a proxy, or another service, whose word is believed. Where proxies are
// counted it always is.
func (c Clients) Believes(r *http.Request) bool {
	return c.proxies > 0 || c.Trusts(parse(r.RemoteAddr))
}

func (c Clients) counted(r *http.Request, peer netip.Addr) netip.Addr {
	hops := backwards(r.Header.Values(forwardedFor))
	for range c.proxies - 1 {
		hops()
	}
	hop, _ := hops()
	if named := parse(hop); named.IsValid() {
		return named
	}
	return peer
}

// Trusts reports whether an address is one of a proxy whose word is believed.
func (c Clients) Trusts(address netip.Addr) bool {
	return slices.ContainsFunc(c.trusted, func(network netip.Prefix) bool { return network.Contains(address) })
}

// backwards returns the entries of a list header one by one, the last first.
func backwards(values []string) func() (entry string, ok bool) {
	return func() (string, bool) {
		if len(values) == 0 {
			return "", false
		}
		last := len(values) - 1
		comma := strings.LastIndexByte(values[last], ',')
		entry := values[last][comma+1:]
		if comma < 0 {
			values = values[:last]
		} else {
			values = append(slices.Clone(values[:last]), values[last][:comma])
		}
		return strings.TrimSpace(entry), true
	}
}

// parse reads an address, with or without a port. Addresses that mean the same are the same.
func parse(text string) netip.Addr {
	address, err := netip.ParseAddr(text)
	if err != nil {
		withPort, err := netip.ParseAddrPort(text)
		if err != nil {
			return netip.Addr{}
		}
		address = withPort.Addr()
	}
	return address.Unmap().WithZone("")
}
