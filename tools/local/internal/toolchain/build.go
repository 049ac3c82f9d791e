package toolchain

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/techcommerce/platform/tools/local/internal/step"
)

// Builder builds tools into Cache, a folder each, named by version and by everything else that the result depends on.
// A folder appears under its name only once it is whole, so a build that was cut off is simply done again.
type Builder struct {
	// ToolsDir is the repository's tools folder.
	ToolsDir string
	// Cache is where the built tools are kept.
	Cache string
	// Console hears of every build.
	Console *step.Console
}

// Ensure builds those of the tools that the cache lacks and returns where each program lies.
func (b Builder) Ensure(ctx context.Context, tools []Tool) (map[string]string, error) {
	plans, err := b.plans(tools)
	if err != nil {
		return nil, err
	}
	programs := map[string]string{}
	for _, p := range plans {
		for _, program := range p.tool.Programs {
			programs[program] = filepath.Join(p.dir, program)
		}
	}
	missing := slices.DeleteFunc(plans, plan.built)
	if len(missing) == 0 {
		return programs, nil
	}
	b.announce(missing)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go b.fetch(ctx, missing[1:])
	for i, p := range missing {
		if err := b.build(ctx, p, i+1, len(missing)); err != nil {
			return nil, err
		}
	}
	return programs, nil
}

// Disk is how many bytes the builds of those tools that the cache lacks leave on the disk, Go's own caches included.
func (b Builder) Disk(tools []Tool) (uint64, error) {
	plans, err := b.plans(tools)
	if err != nil {
		return 0, err
	}
	var megabytes uint64
	for _, p := range slices.DeleteFunc(plans, plan.built) {
		megabytes += p.tool.Disk
	}
	return megabytes << 20, nil
}

// plan is one tool with what its folder in the cache is called.
type plan struct {
	tool    Tool
	release string
	dir     string
}

func (p plan) built() bool {
	_, err := os.Stat(p.dir)
	return err == nil
}

func (b Builder) plans(tools []Tool) ([]plan, error) {
	var plans []plan
	for _, tool := range tools {
		p, err := b.plan(tool)
		if err != nil {
			return nil, fmt.Errorf("toolchain: %s: %w", tool.Name, err)
		}
		plans = append(plans, p)
	}
	return plans, nil
}

func (b Builder) plan(tool Tool) (plan, error) {
	release, err := tool.version(b.ToolsDir)
	if err != nil {
		return plan{}, err
	}
	key := sha256.New()
	fmt.Fprintln(key, runtime.Version(), runtime.GOARCH, release, tool.Packages, tool.Stamp)
	if tool.Tags != "" {
		fmt.Fprintln(key, tool.Tags)
	}
	sources, err := filepath.Glob(filepath.Join(b.ToolsDir, tool.Name, "*"))
	if err != nil {
		return plan{}, err
	}
	for _, source := range sources {
		text, err := os.ReadFile(source)
		if err != nil {
			return plan{}, err
		}
		fmt.Fprintf(key, "%s %d\n%s", filepath.Base(source), len(text), text)
	}
	name := fmt.Sprintf("%s-%s-%.6x", tool.Name, release, key.Sum(nil))
	return plan{tool: tool, release: release, dir: filepath.Join(b.Cache, name)}, nil
}

func (b Builder) announce(missing []plan) {
	var total time.Duration
	for _, p := range missing {
		total += b.expected(p.tool)
	}
	b.Console.Sayf("building %d tools, once; about %s on two cores, less with more or with a warm Go cache:",
		len(missing), total.Round(time.Minute))
}

func (b Builder) build(ctx context.Context, p plan, n, of int) error {
	start := time.Now()
	name := fmt.Sprintf("[%d/%d] %s %s (about %s)", n, of, p.tool.Name, p.release,
		step.Took(b.expected(p.tool)))
	err := b.Console.Do(name, func() error { return b.compile(ctx, p) })
	if err != nil {
		return err
	}
	return b.remember(p.tool, time.Since(start))
}

// fetch brings the modules of the tools that are next while the one before them compiles: processors have nothing to do
// while the network works. What goes wrong here shows, and is explained, when the tool is built.
func (b Builder) fetch(ctx context.Context, next []plan) {
	for _, p := range next {
		args := append([]string{"list", "-e", "-deps", "-tags", p.tool.Tags}, p.tool.Packages...)
		_ = goCommand(ctx, filepath.Join(b.ToolsDir, p.tool.Name), args...).Run()
	}
}

// compile builds into a folder beside the final one and renames it at the end.
func (b Builder) compile(ctx context.Context, p plan) error {
	if err := os.MkdirAll(b.Cache, 0o755); err != nil {
		return err
	}
	partial, err := os.MkdirTemp(b.Cache, ".partial-"+p.tool.Name+"-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(partial)
	if err := os.Chmod(partial, 0o755); err != nil {
		return err
	}
	args, err := b.arguments(ctx, p, partial)
	if err != nil {
		return fmt.Errorf("toolchain: %s: %w", p.tool.Name, err)
	}
	command := goCommand(ctx, filepath.Join(b.ToolsDir, p.tool.Name), args...)
	output, err := command.CombinedOutput()
	if err != nil {
		return explain(p, err, output)
	}
	return os.Rename(partial, p.dir)
}

func (b Builder) arguments(ctx context.Context, p plan, out string) ([]string, error) {
	flags := "-s -w"
	if p.tool.Stamp != "" {
		flags += " -X " + p.tool.Stamp + "=" + p.release
	}
	// What debuggers want is not even compiled: -s and -w would throw it away, and it is a sixth of the work.
	args := []string{"build", "-trimpath", "-buildvcs=false", "-tags", p.tool.Tags, "-gcflags", "all=-dwarf=false", "-ldflags", flags}
	if p.tool.Embeds != nil {
		overlay, err := b.overlay(ctx, p, out)
		if err != nil {
			return nil, err
		}
		args = append(args, "-overlay", overlay)
	}
	if len(p.tool.Packages) == 0 {
		return append(args, "-o", filepath.Join(out, p.tool.Programs[0]), "."), nil
	}
	// The root package of a module with a version in its path would be named after the version.
	if len(p.tool.Packages) == 1 {
		return append(args, "-o", filepath.Join(out, p.tool.Programs[0]), p.tool.Packages[0]), nil
	}
	return append(append(args, "-o", out+"/"), p.tool.Packages...), nil
}

// overlay writes the files that the build embeds beside the result and returns the list that lays them over the folder.
func (b Builder) overlay(ctx context.Context, p plan, out string) (string, error) {
	folder := filepath.Join(b.ToolsDir, p.tool.Name)
	list := goCommand(ctx, folder, "list", "-f", "{{.Module.Dir}}", "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider")
	var stderr bytes.Buffer
	list.Stderr = &stderr
	moduleDir, err := list.Output()
	if err != nil {
		return "", explain(p, err, stderr.Bytes())
	}
	files, err := p.tool.Embeds(strings.TrimSpace(string(moduleDir)), p.release)
	if err != nil {
		return "", err
	}
	replace := map[string]string{}
	for name, content := range files {
		path := filepath.Join(out, name)
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return "", err
		}
		replace[filepath.Join(folder, name)] = path
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(out, "overlay.json")
	return path, os.WriteFile(path, text, 0o644)
}

// goCommand runs the go tool without the caller's flags, so that the result depends on nothing but its input.
func goCommand(ctx context.Context, dir string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, "go", args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	return command
}

// explain turns the go tool's words into what is wrong and what to do.
func explain(p plan, err error, output []byte) error {
	problem := &step.Problem{
		What:  fmt.Sprintf("building %s %s", p.tool.Name, p.release),
		Cause: fmt.Errorf("%w\n%s", err, tail(output, 15)),
		Mend:  "Run the same command again: what is built already is kept. If it fails again, the lines above say where.",
	}
	text := string(output)
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

func tail(output []byte, lines int) string {
	all := strings.Split(strings.TrimRight(string(output), "\n"), "\n")
	return "    " + strings.Join(all[max(0, len(all)-lines):], "\n    ")
}
