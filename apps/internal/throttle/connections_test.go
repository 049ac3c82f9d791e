package throttle_test

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/internal/throttle"
)

// TestWhoOpensManyConnectionsTakesThemFromNobody: the rows are clients in the order in which they connect, and which of
// their connections are open in the end.
func TestWhoOpensManyConnectionsTakesThemFromNobody(t *testing.T) {
	t.Parallel()
	const robot, honest, proxy = "127.2.0.1", "127.2.0.2", "127.3.0.1"
	for _, test := range []struct {
		name    string
		clients []string
		open    []bool
	}{
		{"one client has its share", []string{robot, robot, robot, robot}, []bool{true, true, true, false}},
		{"who has most makes room", []string{robot, robot, robot, "127.2.0.3", honest}, []bool{false, true, true, true, true}},
		{"a proxy is many clients", []string{proxy, proxy, proxy, proxy}, []bool{true, true, true, true}},
		{"a proxy never makes room", []string{proxy, proxy, proxy, robot, honest}, []bool{true, true, true, false, true}},
		{"a full house of proxies refuses", []string{proxy, proxy, proxy, proxy, honest}, []bool{true, true, true, true, false}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			plain, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			limited := throttle.Connections{
				Most: 4, PerClient: 3,
				Clients: throttle.TrustNetworks([]netip.Prefix{netip.MustParsePrefix("127.3.0.0/16")}),
			}.Limit(plain)
			defer limited.Close() //nolint:errcheck // the test is over
			go func() {
				for {
					conn, err := limited.Accept()
					if err != nil {
						return
					}
					go func() { _, _ = io.Copy(conn, conn) }() // until one of both closes it
				}
			}()
			var conns []net.Conn
			for _, client := range test.clients {
				dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(client)}}
				conn, err := dialer.Dial("tcp", plain.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close() //nolint:errcheck // the listener may have closed it
				conns = append(conns, conn)
				open(conn) // so that it was accepted before the next one comes
			}
			for i, conn := range conns {
				if got := open(conn); got != test.open[i] {
					t.Errorf("connection %d of %s is open: %v, want %v", i, test.clients[i], got, test.open[i])
				}
			}
		})
	}
}

// open tells whether what is sent comes back.
func open(conn net.Conn) bool {
	if _, err := io.WriteString(conn, "x"); err != nil {
		return false
	}
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second)) // a closed one answers at once
	_, err := io.ReadFull(conn, make([]byte, 1))
	return err == nil || errors.Is(err, os.ErrDeadlineExceeded)
}
