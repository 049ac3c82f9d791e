package process_test

import (
	"bufio"
	"context"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/techcommerce/platform/tools/local/internal/process"
)

// TestGroupEndsChildren cancels a shell that waits for a child.
func TestGroupEndsChildren(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	command := process.Group(exec.CommandContext(ctx, "sh", "-c", "sleep 60 & echo $!; wait"))
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := command.Wait(); err == nil {
		t.Error("a cancelled command ended well")
	}
	for deadline := time.Now().Add(10 * time.Second); syscall.Kill(child, 0) == nil; {
		if time.Now().After(deadline) {
			t.Fatal("the child goes on without the command that started it")
		}
		time.Sleep(10 * time.Millisecond)
	}
}
