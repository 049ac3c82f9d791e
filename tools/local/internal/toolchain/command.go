package toolchain

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/techcommerce/platform/tools/local/internal/process"
	"github.com/techcommerce/platform/tools/local/internal/step"
)

// flags are the build flags of every tool, one on each line of a file that the tests build the same programs with: what
// is compiled with the same flags is compiled once.
func (b Builder) flags() ([]string, error) {
	text, err := os.ReadFile(filepath.Join(b.ToolsDir, "flags"))
	if err != nil {
		return nil, fmt.Errorf("build flags: %w", err)
	}
	return strings.Fields(string(text)), nil
}

// command runs the go tool in a tool's module without the caller's flags, so that the result depends on nothing but its
// input.
func (b Builder) command(ctx context.Context, folder string, args ...string) *exec.Cmd {
	command := process.Group(exec.CommandContext(ctx, "go", args...))
	command.Dir = filepath.Join(b.ToolsDir, folder)
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	return command
}

// run runs the go tool in a tool's module, shows each line that it prints to saw, and returns the last of them.
func (b Builder) run(ctx context.Context, tool Tool, saw func(line string), args ...string) ([]string, error) {
	command := b.command(ctx, tool.Folder, args...)
	said, err := command.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	var last []string
	for lines := bufio.NewScanner(said); lines.Scan(); {
		saw(lines.Text())
		last = append(last, lines.Text())
		last = last[max(0, len(last)-200):]
	}
	err = command.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return last, err
}

// explain turns the go tool's words into what is wrong and what to do.
func explain(p plan, err error, output []string) error {
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("building %s: stopped; the same command goes on from here", p.tool.Name)
	}
	// What -v prints is no complaint: the names of packages, which have no spaces in them.
	complaints := slices.DeleteFunc(slices.Clone(output), func(line string) bool { return !strings.Contains(line, " ") })
	text := strings.Join(complaints[max(0, len(complaints)-15):], "\n    ")
	problem := &step.Problem{
		What:  fmt.Sprintf("building %s %s", p.tool.Name, p.release),
		Cause: fmt.Errorf("%w\n    %s", err, text),
		Mend:  "Run the same command again: what is built already is kept. If it fails again, the lines above say where.",
	}
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
	}
	switch {
	case has("no such host", "dial tcp", "i/o timeout", "connection refused", "TLS handshake"):
		problem.Mend = "The Go module proxy could not be reached. Check the network and `go env GOPROXY`, then run the same " +
			"command again: what is built already is kept."
	case has("no space left on device"):
		problem.Mend = "The disk is full. Free some space (`go clean -cache` gives back several gigabytes), then run the " +
			"same command again."
	case has("signal: killed"):
		problem.Mend = "The compiler was killed, most likely for want of memory: 4 GB free are enough for every tool here."
	}
	return problem
}
