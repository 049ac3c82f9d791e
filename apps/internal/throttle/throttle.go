// Package throttle limits how fast one client may write, and tells who a client is. Reads are free.
package throttle

import (
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2/simplelru"
	"golang.org/x/time/rate"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
)

// mostClients bounds the table of clients; those who were silent longest are forgotten first. An entry is about a
// hundred bytes, whatever a client sends.
const mostClients = 10_000

// Writes allows so many writes a second per client, and twice that in one burst.
func Writes(perSecond int, clients Clients) func(http.Handler) http.Handler {
	limits := newBuckets(perSecond, 2*perSecond)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !rest.Reads(r.Method) && !limits.allow(network(clients.Of(r))) {
				rest.Error(w, r, &fault.Error{
					Kind: fault.TooMany, Message: "Too many requests", RetryAfter: time.Second,
				})
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// network is what counts as one client: an address, and for IPv6 the /64 that a customer is usually given whole.
func network(address netip.Addr) netip.Prefix {
	bits := address.BitLen()
	if address.Is6() {
		bits = 64
	}
	// The zero prefix stands for everybody who has no address.
	prefix, _ := address.Prefix(bits)
	return prefix
}

// buckets allow each client so much a second, and so much at once.
type buckets struct {
	perSecond, burst int
	mu               sync.Mutex
	known            *lru.LRU[netip.Prefix, *rate.Limiter]
}

func newBuckets(perSecond, burst int) *buckets {
	known, err := lru.NewLRU[netip.Prefix, *rate.Limiter](mostClients, nil)
	if err != nil {
		panic(fmt.Sprintf("throttle: %v", err)) // only for a table of no entries
	}
	return &buckets{perSecond: perSecond, burst: burst, known: known}
}

func (b *buckets) allow(client netip.Prefix) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	bucket, ok := b.known.Get(client)
	if !ok {
		bucket = rate.NewLimiter(rate.Limit(b.perSecond), b.burst)
		b.known.Add(client, bucket)
	}
	return bucket.Allow()
}

// empty says whether a client would not be allowed anything now. It asks for nothing.
func (b *buckets) empty(client netip.Prefix) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	bucket, ok := b.known.Get(client)
	return ok && bucket.Tokens() < 1
}
