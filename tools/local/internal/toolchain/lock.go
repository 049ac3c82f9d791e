package toolchain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// partialPrefix begins the names of folders that builds are at work in.
const partialPrefix = ".partial-"

// lock makes this the only builder at work in the cache; another one waits. The kernel releases the lock of a process
// that was killed.
func (b Builder) lock(ctx context.Context) (release func(), err error) {
	if err := os.MkdirAll(b.Cache, 0o755); err != nil {
		return nil, fmt.Errorf("toolchain: cache: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(b.Cache, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("toolchain: cache: %w", err)
	}
	for said := false; ; said = true {
		err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			break
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("toolchain: lock %s: %w", file.Name(), err), file.Close())
		}
		if !said {
			holder, _ := os.ReadFile(file.Name()) // it only makes the message better
			b.Console.Sayf("another checkout builds the tools in %s (process %s): waiting for it", b.Cache,
				strings.TrimSpace(string(holder)))
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), file.Close())
		case <-time.After(200 * time.Millisecond):
		}
	}
	if err := errors.Join(file.Truncate(0), writePID(file)); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() { _ = file.Close() }, nil
}

func writePID(file *os.File) error {
	_, err := file.WriteAt(fmt.Appendln(nil, os.Getpid()), 0)
	return err
}

// sweep removes what builds that were killed left behind. Only the holder of the lock may: every folder is abandoned.
func (b Builder) sweep() error {
	abandoned, err := filepath.Glob(filepath.Join(b.Cache, partialPrefix+"*"))
	if err != nil {
		return err
	}
	for _, folder := range abandoned {
		if err := os.RemoveAll(folder); err != nil {
			return fmt.Errorf("toolchain: cache: %w", err)
		}
	}
	return nil
}
