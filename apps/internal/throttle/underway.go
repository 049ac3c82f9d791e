package throttle

import (
	"context"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
)

// UnderWay lets each client have so many reads and so many writes under way. More wait for a moment behind those of the
// same client and kind, and behind nobody else's: many people may share an address, and orders of theirs that hang keep
// none of them from reading. A trusted proxy that names nobody is everybody, and is let through.
func UnderWay(most int, clients Clients) func(http.Handler) http.Handler {
	rooms := &rooms{most: most, known: map[kind]*room{}}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			address := clients.Of(r)
			r = r.WithContext(context.WithValue(r.Context(), clientKey{}, network(address)))
			if clients.Trusts(address) {
				next.ServeHTTP(w, r)
				return
			}
			own := kind{network(address), rest.Reads(r.Method)}
			if !rooms.enter(r.Context(), own) {
				rest.NoteShed(r.Context(), contract.ShedClient)
				rest.Error(w, r, &fault.Error{
					Kind: fault.TooMany, Message: "Too many requests at once", RetryAfter: time.Second,
				})
				return
			}
			defer rooms.leave(own)
			next.ServeHTTP(w, r)
		})
	}
}

type clientKey struct{}

// ClientOf is the client whose request a context is of, for whoever shares something out among them; the zero prefix where
// nobody asked.
func ClientOf(ctx context.Context) netip.Prefix {
	client, _ := ctx.Value(clientKey{}).(netip.Prefix)
	return client
}

// kind is the reads or the writes of one client.
type kind struct {
	client netip.Prefix
	reads  bool
}

// rooms are those of the kinds that have anything under way.
type rooms struct {
	most  int
	mu    sync.Mutex
	known map[kind]*room
}

type room struct {
	// inside and waiting are how many requests are under way and how many want to be.
	inside, waiting int
	// left has a place for each of those that waited when somebody left; it never blocks, for no more may wait.
	left chan struct{}
}

// enter tells whether a request got into its kind's room in time. As many may wait as may be inside.
func (r *rooms) enter(ctx context.Context, k kind) bool {
	const patience = time.Second
	r.mu.Lock()
	own, ok := r.known[k]
	if !ok {
		own = &room{left: make(chan struct{}, r.most)}
		r.known[k] = own
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
func (r *rooms) leave(k kind) {
	r.mu.Lock()
	defer r.mu.Unlock()
	own := r.known[k]
	if own.waiting > 0 {
		own.waiting--
		own.left <- struct{}{}
		return
	}
	own.inside--
	if own.inside == 0 {
		delete(r.known, k)
	}
}
