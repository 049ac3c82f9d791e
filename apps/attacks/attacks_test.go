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
	}{
		{"bodies that never come", func(c *crowd) {
			c.everywhere(s, 64, 8, post("/api/orders", 1<<20))
			for range 3 {
				time.Sleep(lasting / 3)
				c.drip()
			}
		}},
		{"bodies of unknown length that never come", func(c *crowd) {
			c.everywhere(s, 64, 8, "POST /checkout HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")
			time.Sleep(lasting)
		}},
		{"readers that do not read", func(c *crowd) {
			c.everywhere(s, 100, 10, strings.Repeat("GET /assets/style.css HTTP/1.1\r\nHost: shop\r\n\r\n", 600))
			time.Sleep(lasting)
		}},
		{"readers of the API that do not read", func(c *crowd) {
			c.everywhere(s, 20, 10, strings.Repeat("GET /api/products?limit=1000 HTTP/1.1\r\nHost: shop\r\n\r\n", 600))
			time.Sleep(lasting)
		}},
		{"headers that never end", func(c *crowd) {
			c.everywhere(s, 400, 40, "GET / HTTP/1.1\r\nHost: shop\r\nX-Slow: ")
			for range 3 {
				time.Sleep(lasting / 3)
				c.drip()
			}
		}},
		{"a thousand connections", func(c *crowd) {
			c.everywhere(s, 1000, 4, "GET /health HTTP/1.1\r\nHost: shop\r\nX-Large: "+strings.Repeat("x", 20<<10)+"\r\n\r\n")
			time.Sleep(lasting)
		}},
	} {
		t.Run(attack.name, func(t *testing.T) { s.attack(t, quiet, attack.hostile) })
	}
}
