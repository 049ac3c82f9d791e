package rest

import (
	"fmt"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/fault"
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

// LimitConcurrency bounds the requests served at once. More than that wait for a moment and are then sent away, so
// that a queue never grows past what its clients wait for. Probes always pass.
func LimitConcurrency(most int) func(http.Handler) http.Handler {
	const patience = time.Second
	slots := make(chan struct{}, most)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == contract.HealthPath || r.URL.Path == contract.ReadyPath {
				next.ServeHTTP(w, r)
				return
			}
			if !enter(r, slots, patience) {
				Error(w, r, fault.Down("Too many requests at once", nil))
				return
			}
			defer func() { <-slots }()
			next.ServeHTTP(w, r)
		})
	}
}

// enter takes a slot and tells whether it got one in time.
func enter(r *http.Request, slots chan struct{}, patience time.Duration) bool {
	select {
	case slots <- struct{}{}:
		return true
	default:
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case slots <- struct{}{}:
		return true
	case <-timer.C:
		return false
	case <-r.Context().Done():
		return false
	}
}
