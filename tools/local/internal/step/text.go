package step

import "sync"

// Text is a text that one goroutine sets and another shows.
type Text struct {
	mu   sync.Mutex
	text string
}

// Set replaces the text.
func (t *Text) Set(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = text
}

func (t *Text) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text
}
