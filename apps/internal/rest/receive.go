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

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/fault"
)

// Receiving bounds the bodies of requests, in bytes.
type Receiving struct {
	// Body is what one request's may have.
	Body int64
	// Together is what all that are under way or being served may have, so that bodies never fill the memory. It counts
	// what has arrived, not what is announced, and not what is small.
	Together int64
	// Within is how long a body may take to arrive: with Body, the least rate at which a client may send.
	Within time.Duration
}

// small is what of each body is not counted: there are no more of these than connections.
const small = 4 << 10

// errNoRoom is the failure of a body that found no room among the others.
var errNoRoom = errors.New("no room for the body")

// Receive takes a request's body whole before the request is served: a client that sends slowly has none of the places
// that LimitConcurrency gives, so any number of them hold up nobody.
func Receive(most Receiving) func(http.Handler) http.Handler {
	room := semaphore.NewWeighted(most.Together)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ContentLength == 0 {
				next.ServeHTTP(w, r)
				return
			}
			arriving := arrival{room: room, most: most.Body}
			defer arriving.done()
			deadline := http.NewResponseController(w)
			_ = deadline.SetReadDeadline(time.Now().Add(most.Within)) // only a test's recorder has none
			content, err := arriving.read(r.Context(), http.MaxBytesReader(w, r.Body, most.Body), r.ContentLength)
			switch {
			case errors.Is(err, os.ErrDeadlineExceeded):
				Error(w, r, bodyFault(err)) // whoever waits for a place shall not wait behind it
				return
			case errors.Is(err, errNoRoom):
				Shed(w, r, contract.ShedBodies)
				return
			}
			// From here on the client has nothing to send, and a deadline that passes would end the request's context.
			_ = deadline.SetReadDeadline(time.Time{})
			r.Body = received{bytes.NewReader(content), err}
			next.ServeHTTP(w, r)
		})
	}
}

// arrival is a body on its way, with the room that it takes among all bodies.
type arrival struct {
	room *semaphore.Weighted
	most int64
	held int64
}

// read grows with what arrives. A declared length only spares it growing where that is small.
func (a *arrival) read(ctx context.Context, body io.Reader, declared int64) ([]byte, error) {
	size := int64(small)
	if declared > 0 && declared < small {
		size = declared + 1 // one more, so that the end is found without growing
	}
	content := make([]byte, 0, size)
	for {
		if len(content) == cap(content) {
			larger := min(2*int64(cap(content)), a.most+1)
			if err := a.grow(ctx, larger); err != nil {
				return content, err
			}
			content = append(make([]byte, 0, larger), content...)
		}
		n, err := body.Read(content[len(content):cap(content)])
		content = content[:len(content)+n]
		if err == io.EOF {
			return content, nil
		}
		if err != nil {
			return content, err
		}
	}
}

// grow takes room for a body of this many bytes.
func (a *arrival) grow(ctx context.Context, bytes int64) error {
	more := bytes - small - a.held
	if more <= 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if err := a.room.Acquire(ctx, more); err != nil {
		return errNoRoom
	}
	a.held += more
	return nil
}

func (a *arrival) done() { a.room.Release(a.held) }

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

// Shed sends a request away because of what else is going on. Its reason is counted by route, and its line is a warning:
// the service does what it should.
func Shed(w http.ResponseWriter, r *http.Request, reason string) {
	NoteShed(r.Context(), reason)
	Error(w, r, fault.Down("Too many requests at once", nil))
}
