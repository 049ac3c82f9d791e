// Package moved tells the time as a clock does that somebody moves. The services are built with it for tests in the
// place of time.Now (see package program); nothing else imports it, so it imports the standard library only.
package moved

import (
	"encoding/binary"
	"os"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// Env names the file that holds by how many seconds the process's clock is off.
const Env = "TEST_CLOCK"

// offset is that number, in memory that is the file's. Without a file the clock is right.
var offset = mapped(os.Getenv(Env))

func mapped(path string) *int64 {
	if path == "" {
		return new(int64)
	}
	file, err := os.Open(path)
	if err != nil {
		panic(err)
	}
	memory, err := syscall.Mmap(int(file.Fd()), 0, 8, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		panic(err)
	}
	return (*int64)(unsafe.Pointer(&memory[0]))
}

// Now is what the clock shows. As with a clock that an administrator sets, time that passes in the process is measured
// as before: only what the hands show is moved.
func Now() time.Time { return moved(time.Now(), atomic.LoadInt64(offset)) }

// moved changes the seconds of the wall clock, which a time.Time keeps above 30 bits of nanoseconds and beside the
// monotonic clock. No function of package time changes one and leaves the other.
func moved(now time.Time, seconds int64) time.Time {
	*(*uint64)(unsafe.Pointer(&now)) += uint64(seconds) << 30
	return now
}

// Clock is the file through which a process's clock is moved.
type Clock string

// NewClock makes a file in a directory, for a clock that is right.
func NewClock(dir string) (Clock, error) {
	file, err := os.CreateTemp(dir, "clock")
	if err != nil {
		return "", err
	}
	if err := file.Close(); err != nil {
		return "", err
	}
	clock := Clock(file.Name())
	return clock, clock.Move(0)
}

// Move sets how far the clock is off, in whole seconds, at once and for processes that run already.
func (c Clock) Move(by time.Duration) error {
	file, err := os.OpenFile(string(c), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	var seconds [8]byte
	binary.NativeEndian.PutUint64(seconds[:], uint64(int64(by/time.Second)))
	if _, err := file.WriteAt(seconds[:], 0); err != nil {
		return err
	}
	return file.Close()
}
