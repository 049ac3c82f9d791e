package toolchain

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/techcommerce/platform/tools/local/internal/process"
)

const (
	// pnpm is the package manager that Prometheus' pages are built with upstream, in the version that made the lock file.
	pnpm = "pnpm@10.34.9"
	// oldestNode is the oldest Node.js that the pages' bundler runs on.
	oldestNode = "v20.19.0"
	// pagesSteps build the two modules that the pages need, then the pages, as upstream's build_ui.sh does. What upstream
	// checks besides, it has checked.
	pagesSteps = `set -e
pnpm install --frozen-lockfile
pnpm --filter @prometheus-io/lezer-promql run build
pnpm --filter @prometheus-io/codemirror-promql run build
pnpm --filter @prometheus-io/mantine-ui exec vite build`
)

// Pages builds the web pages that Prometheus shows people, from the source in its pinned module and with the versions
// that tools/prometheus-ui locks, and returns their folder. The module carries no built ones.
func (b Builder) Pages(ctx context.Context) (string, error) {
	folder, err := b.pagesFolder()
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(folder); err == nil {
		return folder, nil
	}
	if err := hasNode(ctx); err != nil {
		return "", err
	}
	release, err := b.lock(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	if _, err := os.Stat(folder); err == nil {
		return folder, nil // another checkout built them while this one waited
	}
	return folder, b.Console.Do("Prometheus' web pages", func() error { return b.buildPages(ctx, folder) })
}

// pagesFolder names the folder by all that the pages depend on.
func (b Builder) pagesFolder() (string, error) {
	release, err := Prometheus.version(b.ToolsDir)
	if err != nil {
		return "", err
	}
	key := sha256.New()
	fmt.Fprintln(key, release, pnpm, pagesSteps)
	for _, name := range pagesFiles {
		text, err := os.ReadFile(filepath.Join(b.ToolsDir, "prometheus-ui", name))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(key, "%s %d\n%s", name, len(text), text)
	}
	return filepath.Join(b.Cache, fmt.Sprintf("prometheus-ui-%s-%.6x", release, key.Sum(nil))), nil
}

// pagesFiles are ours, and replace upstream's.
var pagesFiles = []string{".pnpmfile.cjs", "pnpm-lock.yaml", "pnpm-workspace.yaml"}

// hasNode says what is missing to build the pages.
func hasNode(ctx context.Context) error {
	if _, err := exec.LookPath("npm"); err != nil {
		return errors.New("npm is missing; with Node.js 20.19 or newer installed, make up builds them")
	}
	version, err := exec.CommandContext(ctx, "node", "--version").Output()
	if err != nil {
		return fmt.Errorf("node --version: %w", err)
	}
	if have := strings.TrimSpace(string(version)); semver.Compare(have, oldestNode) < 0 {
		return fmt.Errorf("Node.js is %s, and they need %s or newer", have, oldestNode)
	}
	return nil
}

// buildPages builds in a copy beside the final folder, because the module cache is not to be written to.
func (b Builder) buildPages(ctx context.Context, folder string) error {
	list := b.command(ctx, Prometheus.Folder, "list", "-m", "-f", "{{.Dir}}", Prometheus.Module)
	module, err := list.Output()
	if err != nil {
		return fmt.Errorf("where Prometheus' module lies: %w", err)
	}
	partial, err := os.MkdirTemp(b.Cache, partialPrefix+"prometheus-ui-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(partial)
	source := filepath.Join(partial, "ui")
	if err := os.CopyFS(source, os.DirFS(filepath.Join(strings.TrimSpace(string(module)), "web", "ui"))); err != nil {
		return err
	}
	for _, name := range pagesFiles {
		text, err := os.ReadFile(filepath.Join(b.ToolsDir, "prometheus-ui", name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(source, name), text, 0o644); err != nil {
			return err
		}
	}
	build := process.Group(exec.CommandContext(ctx, "npm", "exec", "--yes", "--package="+pnpm, "-c", pagesSteps))
	build.Dir = source
	// A terminal would be asked whether to go on.
	build.Env = append(os.Environ(), "CI=true")
	if output, err := build.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		lines := strings.Split(strings.TrimSpace(string(output)), "\n")
		return fmt.Errorf("npm: %w\n    %s", err, strings.Join(lines[max(0, len(lines)-10):], "\n    "))
	}
	return os.Rename(filepath.Join(source, "mantine-ui", "dist"), folder)
}
