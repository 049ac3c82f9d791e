package e2e_test

import (
	"net"
	"net/netip"
	"path/filepath"
	"testing"
)

// openOutwards lets pods reach the machine that the cluster is on, as on any cluster whose nodes can reach anything: what
// they send out takes the node's address. Only policies stand between pods and the machine until the test ends. It
// returns the machine's address.
func (p *platform) openOutwards(t *testing.T) string {
	t.Helper()
	p.ruleOnNode(t, "nat", "POSTROUTING -o eth0 -j MASQUERADE")
	link, err := netip.ParsePrefix(output(t, "", "cat", filepath.Join(p.dir, ".local", "cluster", "subnet")))
	if err != nil {
		t.Fatal(err)
	}
	return link.Addr().Next().String()
}

// listenOutside stands in for the internet: a server on the machine that takes any connection.
func listenOutside(t *testing.T, address string) string {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return // the test has ended
			}
			connection.Close()
		}
	}()
	return listener.Addr().String()
}
