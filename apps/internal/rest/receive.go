package rest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/techcommerce/platform/apps/internal/fault"
)

// Receiving bounds the bodies of requests, in bytes.
type Receiving struct {
	// Body is what one request's may have.
	Body int64
	// Together is what all that are under way or being served may have, so that bodies never fill the memory.
	Together int64
}

// Receive takes a request's body whole before the request is served: a client that sends slowly has none of the places
// that LimitConcurrency gives, so any number of them hold up nobody.
func Receive(most Receiving) func(http.Handler) http.Handler {
	const patience = time.Second
	room := semaphore.NewWeighted(most.Together)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ContentLength == 0 {
				next.ServeHTTP(w, r)
				return
			}
			size := most.weight(r.ContentLength)
			ctx, cancel := context.WithTimeout(r.Context(), patience)
			defer cancel()
			if room.Acquire(ctx, size) != nil {
				Error(w, r, fault.Down("Too many requests at once", nil))
				return
			}
			defer room.Release(size)
			content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most.Body))
			if errors.Is(err, os.ErrDeadlineExceeded) {
				Error(w, r, bodyFault(err)) // whoever waits for a place shall not wait behind it
				return
			}
			r.Body = received{bytes.NewReader(content), err}
			next.ServeHTTP(w, r)
		})
	}
}

// weight is what a body counts: what the client says, but enough for what every request costs, and all that it may
// have if it does not say.
func (m Receiving) weight(length int64) int64 {
	const least = 4 << 10
	if length < 0 || length > m.Body {
		return m.Body
	}
	return max(length, least)
}

// received is a body that is here, as far as it came, and why it came no further: the handler that wants it tells the
// client so.
type received struct {
	content *bytes.Reader
	failed  error
}

func (b received) Read(p []byte) (int, error) {
	n, err := b.content.Read(p)
	if err == io.EOF && b.failed != nil {
		err = b.failed
	}
	return n, err
}

func (b received) Close() error { return nil }
