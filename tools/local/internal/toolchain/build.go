package toolchain

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/techcommerce/platform/tools/local/internal/step"
)

// Builder builds tools into Cache, a folder each, named by version and by everything else that the result depends on.
// A folder appears under its name only once it is whole, so a build that was cut off is simply done again. Any number of
// checkouts may share the cache: one of them builds at a time.
type Builder struct {
	// ToolsDir is the repository's tools folder.
	ToolsDir string
	// Cache is where the built tools are kept.
	Cache string
	// Console shows every build.
	Console *step.Console
	// Goal says what the caller builds for; nil is the tools themselves. It is asked only where something is built.
	Goal func(context.Context) Goal
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
	release, err := b.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	// Another checkout may have built them while this one waited.
	missing = slices.DeleteFunc(missing, plan.built)
	if len(missing) == 0 {
		return programs, nil
	}
	return programs, b.buildAll(ctx, missing)
}

// Missing counts those of the tools that the cache lacks.
func (b Builder) Missing(tools []Tool) (int, error) {
	plans, err := b.plans(tools)
	return len(slices.DeleteFunc(plans, plan.built)), err
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

// plan names the tool's folder by a hash of all that the build reads: the Go release, the flags, the versions of every
// module, and the source of ours that goes into it.
func (b Builder) plan(tool Tool) (plan, error) {
	release, err := tool.version(b.ToolsDir)
	if err != nil {
		return plan{}, err
	}
	flags, err := b.flags()
	if err != nil {
		return plan{}, err
	}
	key := sha256.New()
	fmt.Fprintln(key, runtime.Version(), runtime.GOARCH, release, tool.Packages, tool.Stamp, flags)
	folder := filepath.Join(b.ToolsDir, tool.Folder)
	sources := []string{filepath.Join(folder, "go.mod"), filepath.Join(folder, "go.sum")}
	for _, pkg := range tool.Packages {
		if !strings.HasPrefix(pkg, ".") {
			continue
		}
		ours, err := filepath.Glob(filepath.Join(folder, pkg, "*"))
		if err != nil {
			return plan{}, err
		}
		sources = append(sources, ours...)
	}
	for _, source := range sources {
		text, err := os.ReadFile(source)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a module that requires nothing has no go.sum
		}
		if err != nil {
			return plan{}, err
		}
		fmt.Fprintf(key, "%s %d\n%s", filepath.Base(source), len(text), text)
	}
	name := fmt.Sprintf("%s-%s-%.6x", tool.Name, release, key.Sum(nil))
	return plan{tool: tool, release: release, dir: filepath.Join(b.Cache, name)}, nil
}

// buildAll builds the tools one after the other, since two builds side by side would compile what they share twice.
func (b Builder) buildAll(ctx context.Context, missing []plan) error {
	if err := b.sweep(); err != nil {
		return err
	}
	work, err := b.survey(ctx, missing)
	if err != nil {
		return err
	}
	var goal Goal
	if b.Goal != nil {
		goal = b.Goal(ctx)
	}
	progress := newProgress(work, b.lastSpeed(), goal)
	b.Console.Sayf("building %d tools, once: %s", len(missing), progress)
	for i, p := range missing {
		name := fmt.Sprintf("[%d/%d] %s %s", i+1, len(missing), p.tool.Name, p.release)
		err := b.Console.Watch(name, progress.String, func() error { return b.compile(ctx, p, progress) })
		if err != nil {
			return err
		}
		progress.linked(p.tool)
	}
	return b.rememberSpeed(progress.speed())
}

// compile builds into a folder beside the final one and renames it at the end.
func (b Builder) compile(ctx context.Context, p plan, progress *progress) error {
	partial, err := os.MkdirTemp(b.Cache, partialPrefix+p.tool.Name+"-")
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
	output, err := b.run(ctx, p.tool, progress.saw, args...)
	if err != nil {
		return explain(p, err, output)
	}
	if err := p.tool.nameAll(partial); err != nil {
		return fmt.Errorf("toolchain: %s: %w", p.tool.Name, err)
	}
	return os.Rename(partial, p.dir)
}

// nameAll gives the binary of a single package the names of all its programs.
func (t Tool) nameAll(folder string) error {
	if len(t.Packages) != 1 {
		return nil
	}
	for _, name := range t.Programs[1:] {
		if err := os.Link(filepath.Join(folder, t.Programs[0]), filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	return nil
}

func (b Builder) arguments(ctx context.Context, p plan, out string) ([]string, error) {
	flags, err := b.flags()
	if err != nil {
		return nil, err
	}
	link := "-s -w"
	if p.tool.Stamp != "" {
		link += " -X " + p.tool.Stamp + "=" + p.release
	}
	args := slices.Concat([]string{"build", "-v"}, flags, []string{"-ldflags", link})
	if p.tool.Embeds != nil {
		overlay, err := b.overlay(ctx, p, out)
		if err != nil {
			return nil, err
		}
		args = append(args, "-overlay", overlay)
	}
	// The root package of a module with a version in its path would be named after the version.
	if len(p.tool.Packages) == 1 {
		return append(args, "-o", filepath.Join(out, p.tool.Programs[0]), p.tool.Packages[0]), nil
	}
	return append(append(args, "-o", out+"/"), p.tool.Packages...), nil
}
