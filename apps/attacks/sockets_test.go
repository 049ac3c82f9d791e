package attacks_test

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// crowd is sockets that an attacker keeps.
type crowd struct {
	mu      sync.Mutex
	sockets []net.Conn
	// gone counts those that the service has closed or refused.
	gone int
}

// dial opens so many sockets to an address, from so many addresses of the loopback, and sends a text on each. What the
// service refuses is no failure of the test.
func (c *crowd) dial(url string, sockets, sources int, text string) {
	target := strings.TrimPrefix(url, "http://")
	for i := range sockets {
		dialer := net.Dialer{
			Timeout:   2 * time.Second,
			LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 1, byte(i%sources/250), byte(1+i%sources%250))},
		}
		conn, err := dialer.Dial("tcp", target)
		if err != nil {
			c.lost()
			continue
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetReadBuffer(2 << 10) // a larger one would make a weaker attack, no wrong result
		}
		_ = conn.SetWriteDeadline(time.Now().Add(time.Second)) // a service that reads nothing more is part of the attack
		_, _ = io.WriteString(conn, text)
		c.mu.Lock()
		c.sockets = append(c.sockets, conn)
		c.mu.Unlock()
	}
}

func (c *crowd) lost() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone++
}

// drip sends a byte on each socket.
func (c *crowd) drip() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.sockets {
		_ = conn.SetWriteDeadline(time.Now().Add(10 * time.Millisecond))
		_, _ = io.WriteString(conn, "x") // the service may have closed it
	}
}

func (c *crowd) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.sockets {
		_ = conn.Close() // the service may have closed it
	}
}

// attack makes an attack on a shop in which customers are, and holds the shop to what is promised. Where the customers
// waited, it is made again beside a quiet shop of the same moment: other programs of the machine are no attack.
func (s *shop) attack(t *testing.T, quiet, harmless time.Duration, hostile func(*crowd)) {
	t.Helper()
	under := &shop{T: t, frontends: s.frontends, orders: s.orders, products: s.products, names: s.names, seen: s.seen}
	slow := under.once(quiet, harmless, hostile)
	for range 2 {
		if slow {
			slow = under.once(under.quiet(), harmless, hostile)
		}
	}
	if slow {
		t.Error("honest customers wait more than three times as long as in the quiet shop, three times in a row")
	}
	under.checkLogs()
	under.checkMemory()
}

func (s *shop) once(quiet, harmless time.Duration, hostile func(*crowd)) (slow bool) {
	s.Helper()
	var c crowd
	defer c.close()
	end := s.begin()
	hostile(&c)
	return end().check(s, quiet, harmless)
}

// lasting keeps an attack up for a while.
const lasting = 3 * time.Second

// everywhere opens the same sockets to each of the frontends.
func (c *crowd) everywhere(s *shop, sockets, sources int, text string) {
	var all sync.WaitGroup
	for _, frontend := range s.frontends {
		all.Go(func() { c.dial(frontend.URL, sockets, sources, text) })
	}
	all.Wait()
}

func post(path string, declared int) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n{",
		path, declared)
}
