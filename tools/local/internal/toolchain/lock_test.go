package toolchain_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/techcommerce/platform/tools/local/internal/step"
	"github.com/techcommerce/platform/tools/local/internal/toolchain"
)

// TestOneCheckoutBuildsAtATime: a second one waits and then finds everything built.
func TestOneCheckoutBuildsAtATime(t *testing.T) {
	t.Parallel()
	hello, builder, _ := tool(t, hello)
	free := hold(t, builder.Cache)
	said := make(lines, 10)
	builder.Console = step.NewConsole(said)
	built := make(chan error)
	go func() {
		_, err := builder.Ensure(context.Background(), []toolchain.Tool{hello})
		built <- err
	}()
	if line := <-said; !strings.Contains(line, "another checkout builds the tools in "+builder.Cache) {
		t.Errorf("got %q", line)
	}
	// The one that holds the lock builds the same tool meanwhile.
	holder := builder
	holder.Cache = t.TempDir()
	holder.Console = step.NewConsole(make(lines, 100))
	programs, err := holder.Ensure(context.Background(), []toolchain.Tool{hello})
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Dir(programs["hello"])
	if err := os.Rename(folder, filepath.Join(builder.Cache, filepath.Base(folder))); err != nil {
		t.Fatal(err)
	}
	free()
	if err := <-built; err != nil {
		t.Fatal(err)
	}
	select {
	case line := <-said:
		t.Errorf("it built again: %q", line)
	default:
	}
}

func TestWaitingForAnotherCheckoutCanBeStopped(t *testing.T) {
	t.Parallel()
	hello, builder, _ := tool(t, hello)
	hold(t, builder.Cache)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := builder.Ensure(ctx, []toolchain.Tool{hello}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestWhatAKilledBuildLeftIsRemoved(t *testing.T) {
	t.Parallel()
	hello, builder, _ := tool(t, hello)
	abandoned := filepath.Join(builder.Cache, ".partial-hello-1")
	if err := os.MkdirAll(abandoned, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := builder.Ensure(t.Context(), []toolchain.Tool{hello}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(abandoned); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", abandoned, err)
	}
}

// TestAStoppedBuildLeavesNothingRunning: the compilers that the go tool has started end with it.
func TestAStoppedBuildLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	slow, builder, _ := tool(t, "package main\n\nimport _ \"embed\"\n\nfunc main() {}\n")
	// The go tool runs this in place of the compiler, and the child of it would outlive both.
	marker := filepath.Join(t.TempDir(), "pid")
	compiler := filepath.Join(t.TempDir(), "slow")
	script := "#!/bin/sh\ncase \"$*\" in *-V=full*) exec \"$@\";; esac\necho $$ > " + marker + "\nsleep 60 & wait\n"
	if err := os.WriteFile(compiler, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	flags := filepath.Join(builder.ToolsDir, "flags")
	if err := os.WriteFile(flags, []byte("-toolexec="+compiler+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := builder.Ensure(ctx, []toolchain.Tool{slow})
		done <- err
	}()
	pid := awaitPID(t, marker)
	cancel()
	if err := <-done; err == nil {
		t.Error("a stopped build is no error")
	}
	for deadline := time.Now().Add(5 * time.Second); unix.Kill(pid, 0) == nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the compiler, process %d, still runs", pid)
		}
	}
	if left, err := filepath.Glob(filepath.Join(builder.Cache, ".partial-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// awaitPID waits for a file with the number of a process.
func awaitPID(t *testing.T, path string) int {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
			return pid
		}
	}
	t.Fatalf("no process in %s", path)
	return 0
}

// hold takes the cache's lock as another checkout does.
func hold(t *testing.T, cache string) (free func()) {
	t.Helper()
	if err := os.MkdirAll(cache, 0o755); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(filepath.Join(cache, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	free = sync.OnceFunc(func() { _ = file.Close() }) // it is what frees the lock
	t.Cleanup(free)
	return free
}

// lines has every line that a console writes.
type lines chan string

func (l lines) Write(line []byte) (int, error) {
	l <- string(line)
	return len(line), nil
}
