package main

import (
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/techcommerce/platform/apps/internal/rest"
)

// Answers are kept so long after their load began, so many, and of so many bytes together. Another replica's writes are
// seen that much later; this one's at once.
const (
	kept      = 500 * time.Millisecond
	mostKept  = 256
	mostBytes = 8 << 20
)

// answer is an encoded answer to a read.
type answer struct {
	body  []byte
	tag   string
	total string
	// shows are the ids of the products in it.
	shows []int64
	until time.Time
}

func newAnswer(body []byte) answer { return answer{body: body, tag: rest.Tag(body)} }

// answers keeps what popular reads were answered with, so that a crowd costs the store one read.
type answers struct {
	mu    sync.RWMutex
	known map[string]answer
	bytes int
	// writes counts the writes, each once it has ended.
	writes int64
	loads  singleflight.Group
	// loading has when the newest load under way of each key began.
	loading map[string]time.Time
}

func newAnswers() *answers {
	return &answers{known: map[string]answer{}, loading: map[string]time.Time{}}
}

// of is the answer under a key, loaded if it is not known. Who asks after a write has ended never gets what was read
// before: neither what is kept, nor what a load under way that began before will bring. Nor does anybody wait for a load
// that began so long ago that its answer would not be kept any more.
func (a *answers) of(key string, load func() (answer, error)) (answer, error) {
	found, ok, writes := a.find(key)
	if ok {
		return found, nil
	}
	begun := a.join(key, time.Now())
	flight := strconv.FormatInt(writes, 10) + " " + strconv.FormatInt(begun.UnixNano(), 10) + " " + key
	loaded, err, _ := a.loads.Do(flight, func() (any, error) {
		defer a.leave(key, begun)
		fresh, err := load()
		fresh.until = begun.Add(kept) // the store may have been read at any moment since then
		if err == nil {
			a.keep(key, fresh, writes)
		}
		return fresh, err
	})
	if err != nil {
		return answer{}, err
	}
	return loaded.(answer), nil //nolint:forcetypeassert // load returns nothing else
}

func (a *answers) find(key string) (found answer, ok bool, writes int64) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	found, ok = a.known[key]
	return found, ok && time.Now().Before(found.until), a.writes
}

// join returns when the load began that whoever asks now may wait for, which is now if there is none.
func (a *answers) join(key string, now time.Time) (begun time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	begun, ok := a.loading[key]
	if !ok || now.Sub(begun) >= kept {
		begun = now
		a.loading[key] = begun
	}
	return begun
}

func (a *answers) leave(key string, begun time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.loading[key].Equal(begun) {
		delete(a.loading, key)
	}
}

// keep keeps an answer, unless something was written since its load began: it may be older than that.
func (a *answers) keep(key string, fresh answer, writes int64) {
	now := time.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	if writes != a.writes || len(fresh.body) > mostBytes || !now.Before(fresh.until) {
		return
	}
	a.drop(key)
	for old, known := range a.known {
		if len(a.known) < mostKept && a.bytes+len(fresh.body) <= mostBytes && now.Before(known.until) {
			continue
		}
		a.drop(old)
	}
	a.known[key] = fresh
	a.bytes += len(fresh.body)
}

func (a *answers) drop(key string) {
	a.bytes -= len(a.known[key].body)
	delete(a.known, key)
}

// forget is for after a write to all products, or to some of them: what shows none of these is kept.
func (a *answers) forget(ids ...int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.writes++
	if len(ids) == 0 {
		clear(a.known)
		a.bytes = 0
		return
	}
	for key, known := range a.known {
		if slices.ContainsFunc(ids, func(id int64) bool { return slices.Contains(known.shows, id) }) {
			a.drop(key)
		}
	}
}
