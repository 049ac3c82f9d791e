package stack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Locked says that somebody else works on the stack. Nothing was touched.
type Locked struct {
	// Holder is who, as far as the backend says.
	Holder string
	// Abandoned says that the holder was a process of this machine that is gone.
	Abandoned bool
	// Stack is the stack's name.
	Stack string
}

func (l *Locked) Error() string {
	if l.Abandoned {
		return fmt.Sprintf("an earlier pulumi (%s) was cut off and has left its lock on %s: nothing was touched.\n"+
			"That process is gone, so the lock can go: pulumi cancel --yes --stack %[2]s", l.Holder, l.Stack)
	}
	return fmt.Sprintf("%s is locked: %s works on it. Nothing was touched.\n"+
		"Wait for it and run this again. If it is gone for good: pulumi cancel --yes --stack %[1]s", l.Stack, l.Holder)
}

// holder is how the backends that keep files name who has a lock; Pulumi Cloud names nobody.
var holder = regexp.MustCompile(`created by (\S+)@(\S+) \(pid (\d+)\) at (\S+)`)

// parseLock finds in what pulumi said that the stack is locked; nil where it is not.
func parseLock(text string) *Locked {
	if !strings.Contains(text, "the stack is currently locked by") &&
		!strings.Contains(text, "Another update is currently in progress") {
		return nil
	}
	locked := &Locked{Holder: "another update"}
	if match := holder.FindStringSubmatch(text); match != nil {
		locked.Holder = fmt.Sprintf("%s@%s, process %s, since %s", match[1], match[2], match[3], match[4])
		host, err := os.Hostname()
		locked.Abandoned = err == nil && host == match[2] && gone(match[3])
	}
	return locked
}

// gone says whether a process of this machine has ended.
func gone(pid string) bool {
	number, err := strconv.Atoi(pid)
	return err == nil && errors.Is(syscall.Kill(number, 0), syscall.ESRCH)
}

// Abandoned finds, before anything is done, a lock that a pulumi of this machine has left that is gone; nil where there is
// none. Only a backend in a folder can be asked.
func (s Stack) Abandoned(getenv func(string) string) error {
	folder, ok := strings.CutPrefix(getenv("PULUMI_BACKEND_URL"), "file://")
	if !ok {
		return nil
	}
	locks, err := filepath.Glob(filepath.Join(folder, ".pulumi", "locks", "*", "*", s.Name, "*.json"))
	if err != nil {
		return nil // a path that is no pattern: Pulumi itself will say that the stack is locked
	}
	for _, path := range locks {
		var lock struct {
			PID                           int
			Username, Hostname, Timestamp string
		}
		text, err := os.ReadFile(path)
		if err != nil || json.Unmarshal(text, &lock) != nil {
			continue // it was given back meanwhile
		}
		host, err := os.Hostname()
		if pid := strconv.Itoa(lock.PID); err == nil && host == lock.Hostname && gone(pid) {
			holder := fmt.Sprintf("%s@%s, process %s, since %s", lock.Username, lock.Hostname, pid, lock.Timestamp)
			return &Locked{Holder: holder, Abandoned: true, Stack: s.Name}
		}
	}
	return nil
}

// lockPoll is how often a lock is tried again.
const lockPoll = 3 * time.Second

// unlocked does something to the stack as soon as nobody else does, for as long as Wait says.
func (s Stack) unlocked(ctx context.Context, do func() error) error {
	started, told := time.Now(), ""
	for {
		err := do()
		var locked *Locked
		if !errors.As(err, &locked) {
			return err
		}
		locked.Stack = s.Name
		if locked.Abandoned || time.Since(started) >= s.Wait || ctx.Err() != nil {
			return locked
		}
		if told != locked.Holder {
			told = locked.Holder
			fmt.Fprintf(s.Out, "waiting up to %s for %s, which works on %s\n", s.Wait, locked.Holder, s.Name)
		}
		select {
		case <-ctx.Done():
			return locked
		case <-time.After(lockPoll):
		}
	}
}
