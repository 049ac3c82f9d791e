package stack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/techcommerce/platform/infra/internal/settings"
)

// Failed is an update that did not come to its end.
type Failed struct {
	// Began says that it had started to change something; otherwise everything is as it was.
	Began bool
	// Reasons are what the program, the engine and the providers said, without what they say of each failure.
	Reasons []string
	// Cause is how pulumi ended.
	Cause error
}

func (f *Failed) Error() string {
	if len(f.Reasons) == 0 {
		return f.Cause.Error()
	}
	return strings.Join(append(f.Reasons, Hints(f.Reasons)...), "\n")
}

func (f *Failed) Unwrap() error { return f.Cause }

// Up runs pulumi up. With refresh, the state is first made what the cluster has. A stack that is locked is waited for.
func (s Stack) Up(ctx context.Context, refresh bool) error {
	args := []string{"up", "--yes", "--skip-preview"}
	if refresh {
		args = append(args, "--refresh")
	}
	return s.unlocked(ctx, func() error { return s.update(ctx, args) })
}

// Destroy runs pulumi destroy with these flags.
func (s Stack) Destroy(ctx context.Context, flags ...string) error {
	// What somebody has deleted by hand cannot be deleted again: Pulumi finds out first.
	args := append([]string{"destroy", "--yes", "--skip-preview", "--refresh"}, flags...)
	return s.unlocked(ctx, func() error { return s.update(ctx, args) })
}

// update runs a command that changes the stack, its words going out as they come, and reads from the engine's events how
// it went.
func (s Stack) update(ctx context.Context, args []string) error {
	folder, err := os.MkdirTemp("", "deliver-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder) // nothing of worth is lost if it stays
	path := filepath.Join(folder, "events.json")
	command := s.command(ctx, append(args, "--event-log", path, "--stack", s.Name))
	// The flag is there for those who debug Pulumi.
	command.Env = append(os.Environ(), "PULUMI_DEBUG_COMMANDS=true")
	var said bytes.Buffer
	command.Stdout = io.MultiWriter(s.Out, &said)
	command.Stderr = command.Stdout
	cause := command.Run()
	if cause == nil {
		return nil
	}
	if locked := parseLock(said.String()); locked != nil {
		return locked
	}
	cause = fmt.Errorf("pulumi %s: %w", args[0], settings.Explain(cause))
	log, err := readEvents(path)
	if err != nil {
		return errors.Join(cause, err)
	}
	failed := &Failed{Began: log.began, Reasons: log.reasons, Cause: cause}
	if len(failed.Reasons) == 0 {
		failed.Reasons = errorsOf(said.String())
	}
	return failed
}

// errorsOf are the lines of what pulumi printed that it calls errors, for when it ended before there were events.
func errorsOf(text string) []string {
	var reasons []string
	for line := range strings.Lines(text) {
		if reason, ok := strings.CutPrefix(strings.TrimSpace(line), "error: "); ok {
			reasons = append(reasons, reason)
		}
	}
	return reasons
}
