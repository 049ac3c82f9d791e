package backend

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/techcommerce/platform/apps/internal/throttle"
)

// roomPatience is how long a request waits for a place among those of its class. It holds a place of this service
// meanwhile, so it is short.
const roomPatience = 250 * time.Millisecond

// errFull is the failure of a request that found no place in time. The backend has not been asked.
var errFull = errors.New("too many requests of this kind at once")

// room bounds how many requests of a class are under way. As many may wait; more than that are refused at once. Clients
// take turns at the places that become free, and where all that may wait do, the client that has most waiting makes room
// for one that has fewer: so however much one of them asks for, the others wait for about one request of it.
type room struct {
	places int

	mu              sync.Mutex
	inside, waiting int
	// queues are the requests that wait, by client, and turns their clients in the order in which they are next.
	queues map[netip.Prefix][]*guest
	turns  []netip.Prefix
}

// guest is a request that waits.
type guest struct {
	client netip.Prefix
	// entered is told whether it has a place or was sent away.
	entered chan bool
}

func newRoom(places int) *room {
	return &room{places: places, queues: map[netip.Prefix][]*guest{}}
}

func (r *room) enter(ctx context.Context) error {
	waits, err := r.admit(throttle.ClientOf(ctx))
	if waits == nil {
		return err
	}
	timer := time.NewTimer(roomPatience)
	defer timer.Stop()
	err = errFull
	select {
	case in := <-waits.entered:
		return entry(in)
	case <-timer.C:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if r.giveUp(waits) {
		return err
	}
	return entry(<-waits.entered) // just as time ran out
}

func entry(in bool) error {
	if in {
		return nil
	}
	return errFull
}

// admit gives a request a place, has it wait, or refuses it.
func (r *room) admit(client netip.Prefix) (waits *guest, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.inside < r.places {
		r.inside++
		return nil, nil
	}
	if r.waiting >= r.places && !r.makeRoom(client) {
		return nil, errFull
	}
	waits = &guest{client: client, entered: make(chan bool, 1)}
	if len(r.queues[client]) == 0 {
		r.turns = append(r.turns, client)
	}
	r.queues[client] = append(r.queues[client], waits)
	r.waiting++
	return waits, nil
}

// makeRoom sends away the last request of the client that has most waiting, if that is more than the one who comes has.
func (r *room) makeRoom(client netip.Prefix) bool {
	var most netip.Prefix
	for other, queue := range r.queues {
		if len(queue) > len(r.queues[most]) {
			most = other
		}
	}
	queue := r.queues[most]
	if len(queue) <= len(r.queues[client])+1 {
		return false
	}
	last := queue[len(queue)-1]
	r.remove(last)
	last.entered <- false
	return true
}

// giveUp takes a request that waits out, and says whether it still did.
func (r *room) giveUp(waits *guest) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.queues[waits.client], waits) {
		return false
	}
	r.remove(waits)
	return true
}

// leave hands the place to the next client that waits, if there is one.
func (r *room) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.waiting == 0 {
		r.inside--
		return
	}
	client := r.turns[0]
	next := r.queues[client][0]
	r.remove(next)
	if len(r.queues[client]) > 0 {
		r.turns = append(r.turns[1:], client)
	}
	next.entered <- true
}

func (r *room) remove(waits *guest) {
	r.waiting--
	queue := slices.DeleteFunc(r.queues[waits.client], func(other *guest) bool { return other == waits })
	if len(queue) > 0 {
		r.queues[waits.client] = queue
		return
	}
	delete(r.queues, waits.client)
	r.turns = slices.DeleteFunc(r.turns, func(client netip.Prefix) bool { return client == waits.client })
}
