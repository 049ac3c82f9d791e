package rest

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/techcommerce/platform/apps/contract"
)

// Recover turns a panic into a 500 that says nothing; the request's log line has the stack. If the answer is already
// under way, the connection is cut, so that nobody takes half of it for the whole.
func Recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := &recorder{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler {
				panic(cause)
			}
			recordOf(r.Context()).stack = string(debug.Stack())
			err := fmt.Errorf("panic: %v", cause)
			if answer.written {
				Note(r.Context(), err)
				panic(http.ErrAbortHandler)
			}
			id := w.Header().Get(RequestIDHeader)
			clear(w.Header()) // what the handler meant to say about another answer
			w.Header().Set(RequestIDHeader, id)
			Error(w, r, err)
		}()
		next.ServeHTTP(answer, r)
	})
}

// LimitConcurrency bounds the requests that are worked on at once. More than that wait for a moment and are then sent
// away, so that a queue never grows past what its clients wait for. Reads and writes may each take three quarters of the
// places: however many of the one hang, the last quarter serves the other. A place is given up when the answer begins:
// the work is done then, and a client that reads slowly holds up nobody.
func LimitConcurrency(most int) func(http.Handler) http.Handler {
	const patience = time.Second
	all, reads, writes := make(chan struct{}, most), make(chan struct{}, share(most)), make(chan struct{}, share(most))
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			kind := writes
			if Reads(r.Method) {
				kind = reads
			}
			leave, ok := enter(r.Context(), patience, kind, all)
			if !ok {
				Shed(w, r, contract.ShedPlaces)
				return
			}
			place := &place{ResponseWriter: w, leave: leave}
			defer place.give()
			next.ServeHTTP(place, r)
		})
	}
}

// place is what a request is worked on in, until its answer begins.
type place struct {
	http.ResponseWriter
	leave func()
}

func (p *place) WriteHeader(status int) {
	p.give()
	p.ResponseWriter.WriteHeader(status)
}

func (p *place) Write(data []byte) (int, error) {
	p.give()
	return p.ResponseWriter.Write(data)
}

func (p *place) give() {
	if p.leave != nil {
		p.leave()
		p.leave = nil
	}
}

// Unwrap lets http.ResponseController reach what lies beneath.
func (p *place) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// Reads says whether a method changes nothing.
func Reads(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// share is what reads or writes may take of all places, at least one.
func share(most int) int { return max(most*3/4, 1) }

// enter takes a place in each of the rooms, one after the other, and tells whether it got them in time. A place in the
// first, smaller room is taken first: whoever waits for it holds nothing that the others need.
func enter(ctx context.Context, patience time.Duration, rooms ...chan struct{}) (leave func(), ok bool) {
	leave = func() {}
	var expired <-chan time.Time
	for i, room := range rooms {
		select {
		case room <- struct{}{}:
		default:
			if expired == nil {
				timer := time.NewTimer(patience)
				defer timer.Stop()
				expired = timer.C
			}
			select {
			case room <- struct{}{}:
			case <-expired:
				vacate(rooms[:i])
				return leave, false
			case <-ctx.Done():
				vacate(rooms[:i])
				return leave, false
			}
		}
	}
	return func() { vacate(rooms) }, true
}

func vacate(rooms []chan struct{}) {
	for _, room := range rooms {
		<-room
	}
}
