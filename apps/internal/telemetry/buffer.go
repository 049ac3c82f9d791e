package telemetry

import (
	"io"
	"sync"
	"time"
)

const (
	// delay is how long a line may wait for others. A process that is killed takes with it what waits.
	delay = 100 * time.Millisecond
	// enough is how many bytes are written without waiting for more.
	enough = 32 << 10
)

// Buffer writes lines together rather than one by one: at hundreds of requests a second, a call of the kernel for each
// line costs more than the line.
type Buffer struct {
	out     io.Writer
	mu      sync.Mutex
	waiting []byte
	timer   *time.Timer
}

// NewBuffer writes to out.
func NewBuffer(out io.Writer) *Buffer { return &Buffer{out: out} }

// Write takes a line. It fails for what could not be written before only.
func (b *Buffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = append(b.waiting, line...)
	if len(b.waiting) >= enough {
		return len(line), b.write()
	}
	if b.timer == nil {
		b.timer = time.AfterFunc(delay, func() { _ = b.Flush() }) // a log that fails has nowhere to say so
	}
	return len(line), nil
}

// Flush writes what waits.
func (b *Buffer) Flush() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.write()
}

// write is Flush for who holds the lock.
func (b *Buffer) write() error {
	if b.timer != nil {
		b.timer.Stop()
		b.timer = nil
	}
	if len(b.waiting) == 0 {
		return nil
	}
	_, err := b.out.Write(b.waiting)
	b.waiting = b.waiting[:0]
	return err
}
