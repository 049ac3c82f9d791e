package main

import (
	"sync/atomic"
	"time"

	"github.com/hashicorp/golang-lru/v2/expirable"
	"golang.org/x/sync/singleflight"

	"github.com/techcommerce/platform/apps/internal/rest"
)

// Answers are kept so long, and so many. Another replica's writes are seen that much later; this one's at once.
const (
	kept     = 500 * time.Millisecond
	mostKept = 256
)

// answer is an encoded answer to a read.
type answer struct {
	body  []byte
	tag   string
	total string
}

func newAnswer(body []byte) answer { return answer{body: body, tag: rest.Tag(body)} }

// answers keeps what popular reads were answered with, so that a crowd costs the store one read.
type answers struct {
	known      *expirable.LRU[string, answer]
	loads      singleflight.Group
	generation atomic.Int64
}

func newAnswers() *answers {
	return &answers{known: expirable.NewLRU[string, answer](mostKept, nil, kept)}
}

// of is the answer under a key, loaded if it is not known.
func (a *answers) of(key string, load func() (answer, error)) (answer, error) {
	if found, ok := a.known.Get(key); ok {
		return found, nil
	}
	begun := a.generation.Load()
	loaded, err, _ := a.loads.Do(key, func() (any, error) {
		fresh, err := load()
		// What was read while something was written may be older than the write.
		if err == nil && a.generation.Load() == begun {
			a.known.Add(key, fresh)
		}
		return fresh, err
	})
	if err != nil {
		return answer{}, err
	}
	return loaded.(answer), nil //nolint:forcetypeassert // load returns nothing else
}

// forget is for after a write.
func (a *answers) forget() {
	a.generation.Add(1)
	a.known.Purge()
}
