// Package throttle limits how fast one client may write. Reads are free.
package throttle

import (
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/expirable"
	"golang.org/x/time/rate"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
)

// Clients beyond this many, or silent for this long, are forgotten.
const (
	mostClients = 10_000
	forgotten   = 10 * time.Minute
)

// Writes allows so many writes a second per client, and twice that in one burst. The client is whom the last but
// proxies of X-Forwarded-For names, or the peer with 0 proxies: entries further left are the client's own words.
func Writes(perSecond, proxies int) func(http.Handler) http.Handler {
	clients := &buckets{
		perSecond: perSecond,
		known:     expirable.NewLRU[string, *rate.Limiter](mostClients, nil, forgotten),
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if writes(r.Method) && !clients.of(client(r, proxies)).Allow() {
				rest.Error(w, r, &fault.Error{
					Kind: fault.TooMany, Message: "Too many requests", RetryAfter: time.Second,
				})
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func writes(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

type buckets struct {
	perSecond int
	mu        sync.Mutex
	known     *expirable.LRU[string, *rate.Limiter]
}

func (b *buckets) of(client string) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	if bucket, ok := b.known.Get(client); ok {
		return bucket
	}
	bucket := rate.NewLimiter(rate.Limit(b.perSecond), 2*b.perSecond)
	b.known.Add(client, bucket)
	return bucket
}

func client(r *http.Request, proxies int) string {
	if proxies > 0 {
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if len(hops) >= proxies {
			if hop := strings.TrimSpace(hops[len(hops)-proxies]); hop != "" {
				return hop
			}
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
