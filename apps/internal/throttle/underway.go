package throttle

import (
	"context"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
)

// UnderWay lets each client have so many requests under way. More wait for a moment behind those of the same client, and
// behind nobody else's. A trusted proxy that names nobody is everybody, and is let through.
func UnderWay(most int, clients Clients) func(http.Handler) http.Handler {
	rooms := &rooms{most: most, known: map[netip.Prefix]*room{}}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			address := clients.Of(r)
			if clients.Trusts(address) {
				next.ServeHTTP(w, r)
				return
			}
			client := network(address)
			if !rooms.enter(r.Context(), client) {
				rest.NoteShed(r.Context(), "client")
				rest.Error(w, r, &fault.Error{
					Kind: fault.TooMany, Message: "Too many requests at once", RetryAfter: time.Second,
				})
				return
			}
			defer rooms.leave(client)
			next.ServeHTTP(w, r)
		})
	}
}

// rooms are those of the clients that have anything under way.
type rooms struct {
	most  int
	mu    sync.Mutex
	known map[netip.Prefix]*room
}

type room struct {
	// inside and waiting are how many requests are under way and how many want to be.
	inside, waiting int
	// left has a place for each of those that waited when somebody left; it never blocks, for no more may wait.
	left chan struct{}
}

// enter tells whether a request got into its client's room in time. As many may wait as may be inside.
func (r *rooms) enter(ctx context.Context, client netip.Prefix) bool {
	const patience = time.Second
	r.mu.Lock()
	own, ok := r.known[client]
	if !ok {
		own = &room{left: make(chan struct{}, r.most)}
		r.known[client] = own
	}
	if own.inside < r.most {
		own.inside++
		r.mu.Unlock()
		return true
	}
	if own.waiting >= r.most {
		r.mu.Unlock()
		return false
	}
	own.waiting++
	r.mu.Unlock()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-own.left: // its place is handed over
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-own.left: // just as time ran out
		return true
	default:
		own.waiting--
		return false
	}
}

// leave hands the place over to one that waits, if there is one.
func (r *rooms) leave(client netip.Prefix) {
	r.mu.Lock()
	defer r.mu.Unlock()
	own := r.known[client]
	if own.waiting > 0 {
		own.waiting--
		own.left <- struct{}{}
		return
	}
	own.inside--
	if own.inside == 0 {
		delete(r.known, client)
	}
}
