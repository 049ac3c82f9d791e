package backend

import (
	"context"
	"errors"
	"time"
)

// roomPatience is how long a request waits for a place among those of its class. It holds a place of this service
// meanwhile, so it is short.
const roomPatience = 250 * time.Millisecond

// errFull is the failure of a request that found no place in time. The backend has not been asked.
var errFull = errors.New("too many requests of this kind at once")

// room bounds how many requests of a class are under way. As many may wait; more than that are refused at once.
type room struct {
	places, queue chan struct{}
}

func newRoom(places int) room {
	return room{places: make(chan struct{}, places), queue: make(chan struct{}, places)}
}

func (r room) enter(ctx context.Context) error {
	select {
	case r.places <- struct{}{}:
		return nil
	default:
	}
	select {
	case r.queue <- struct{}{}:
		defer func() { <-r.queue }()
	default:
		return errFull
	}
	timer := time.NewTimer(roomPatience)
	defer timer.Stop()
	select {
	case r.places <- struct{}{}:
		return nil
	case <-timer.C:
		return errFull
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r room) leave() { <-r.places }
