package throttle

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

var cluster = TrustNetworks([]netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8"),
})

func TestClientsOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		clients Clients
		peer    string
		chain   []string
		want    string
	}{
		{name: "a peer", peer: "203.0.113.7:1000", want: "203.0.113.7"},
		{name: "a stranger's words", peer: "203.0.113.7:1000", chain: []string{"198.51.100.1"}, want: "203.0.113.7"},
		{name: "a proxy's word", clients: cluster, peer: "10.1.2.3:1", chain: []string{"198.51.100.1"}, want: "198.51.100.1"},
		{
			name: "a stranger who comes past the proxy", clients: cluster, peer: "203.0.113.7:1",
			chain: []string{"198.51.100.1, 10.0.0.1"}, want: "203.0.113.7",
		},
		{
			name: "what a client put before the proxy's word", clients: cluster, peer: "10.1.2.3:1",
			chain: []string{"192.0.2.1, 192.0.2.2", "198.51.100.1"}, want: "198.51.100.1",
		},
		{
			name: "two proxies", clients: cluster, peer: "10.1.2.3:1", chain: []string{"192.0.2.1, 198.51.100.1, 10.9.9.9"},
			want: "198.51.100.1",
		},
		{name: "a client inside", clients: cluster, peer: "10.1.2.3:1", chain: []string{"10.7.7.7"}, want: "10.7.7.7"},
		{name: "a proxy that names nobody", clients: cluster, peer: "10.1.2.3:1", want: "10.1.2.3"},
		{
			name: "no address", clients: cluster, peer: "10.1.2.3:1", chain: []string{"192.0.2.1, unknown"}, want: "10.1.2.3",
		},
		{name: "an empty entry", clients: cluster, peer: "10.1.2.3:1", chain: []string{"192.0.2.1,"}, want: "10.1.2.3"},
		{name: "a port", clients: cluster, peer: "10.1.2.3:1", chain: []string{"192.0.2.1:4711"}, want: "192.0.2.1"},
		{name: "IPv6 with a port", clients: cluster, peer: "[fd00::1]:1", chain: []string{"[2001:db8::1]:4"}, want: "2001:db8::1"},
		{name: "IPv4 in IPv6", clients: cluster, peer: "[::ffff:10.1.2.3]:1", chain: []string{"::ffff:192.0.2.1"}, want: "192.0.2.1"},
		{name: "counted", clients: TrustProxies(2), peer: "203.0.113.7:1", chain: []string{"192.0.2.1, 192.0.2.2"}, want: "192.0.2.1"},
		{name: "counted, too short", clients: TrustProxies(3), peer: "203.0.113.7:1", chain: []string{"192.0.2.1, 192.0.2.2"}, want: "203.0.113.7"},
		{name: "counted, no address", clients: TrustProxies(1), peer: "203.0.113.7:1", chain: []string{strings.Repeat("x", 28<<10)}, want: "203.0.113.7"},
		{
			name: "a chain without an end", clients: cluster, peer: "10.1.2.3:1",
			chain: []string{"192.0.2.1" + strings.Repeat(", 10.0.0.1", 2000)}, want: "10.0.0.1",
		},
		{name: "no peer", peer: "@", want: "invalid IP"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, "/", nil)
			r.RemoteAddr = tt.peer
			if tt.chain != nil {
				r.Header["X-Forwarded-For"] = tt.chain
			}
			if got := tt.clients.Of(r).String(); got != tt.want {
				t.Errorf("%s with %.60q comes from %s, want %s", tt.peer, tt.chain, got, tt.want)
			}
		})
	}
}

// TestOneClientIsOneNetwork: who is given a /64 cannot have a limit for each of its addresses.
func TestOneClientIsOneNetwork(t *testing.T) {
	t.Parallel()
	limits := newBuckets(1, 2)
	passed := 0
	for _, address := range []string{"2001:db8::1", "2001:db8::2", "2001:db8::ffff:1", "2001:db8:0:1::1"} {
		if limits.allow(network(netip.MustParseAddr(address))) {
			passed++
		}
	}
	if passed != 3 {
		t.Errorf("%d writes passed, want 2 of the first /64 and 1 of the other", passed)
	}
	unknown := 0
	for range 3 {
		if limits.allow(network(netip.Addr{})) {
			unknown++
		}
	}
	if unknown != 2 {
		t.Errorf("%d writes passed of those without an address, want 2: they are one client", unknown)
	}
}

// TestTheTableIsBounded: more clients than it holds cost no more memory.
func TestTheTableIsBounded(t *testing.T) {
	t.Parallel()
	limits := newBuckets(1, 2)
	address := netip.MustParseAddr("10.0.0.0")
	for range 3 * mostClients {
		limits.allow(network(address))
		address = address.Next()
	}
	if got := limits.known.Len(); got != mostClients {
		t.Errorf("the table holds %d clients, want %d", got, mostClients)
	}
}
