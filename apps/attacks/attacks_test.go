package attacks_test

import (
	"strings"
	"testing"
	"time"
)

// TestHonestCustomersDoNotNotice makes one attack after the other on the same shop. Each lasts a few seconds.
func TestHonestCustomersDoNotNotice(t *testing.T) {
	s := mustOpen(t)
	quiet := s.quiet()
	for _, attack := range []struct {
		name    string
		hostile func(*crowd)
		// harmless is a p99 of honest customers that is always taken, where it is not calm: opening a connection costs who
		// attacks as much as who is attacked, and here they share the processors.
		harmless time.Duration
	}{
		{name: "bodies that never come", hostile: func(c *crowd) {
			c.everywhere(s, 64, 8, post("/api/orders", 1<<20))
			for range 3 {
				time.Sleep(lasting / 3)
				c.drip()
			}
		}},
		{name: "bodies of unknown length that never come", hostile: func(c *crowd) {
			c.everywhere(s, 64, 8, "POST /checkout HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")
			time.Sleep(lasting)
		}},
		{name: "readers that do not read", hostile: func(c *crowd) {
			c.everywhere(s, 100, 10, strings.Repeat("GET /assets/style.css HTTP/1.1\r\nHost: shop\r\n\r\n", 600))
			time.Sleep(lasting)
		}},
		{name: "readers of the API that do not read", hostile: func(c *crowd) {
			c.everywhere(s, 20, 10, strings.Repeat("GET /api/products?limit=1000 HTTP/1.1\r\nHost: shop\r\n\r\n", 600))
			time.Sleep(lasting)
		}},
		{name: "headers that never end", hostile: func(c *crowd) {
			c.everywhere(s, 400, 40, "GET / HTTP/1.1\r\nHost: shop\r\nX-Slow: ")
			for range 3 {
				time.Sleep(lasting / 3)
				c.drip()
			}
		}},
		{name: "a thousand connections", hostile: func(c *crowd) {
			c.everywhere(s, 1000, 4, "GET /health HTTP/1.1\r\nHost: shop\r\nX-Large: "+strings.Repeat("x", 20<<10)+"\r\n\r\n")
			time.Sleep(lasting)
		}, harmless: time.Second},
	} {
		t.Run(attack.name, func(t *testing.T) { s.attack(t, quiet, max(attack.harmless, calm), attack.hostile) })
	}
}
