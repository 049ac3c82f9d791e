// Command program builds the Pulumi program to where Pulumi.yaml says: go run ./infra/cmd/program whole, or lean, which
// leaves Datadog out, or sdk, which only compiles Datadog's SDK, for what reads the program and does not run it. Pulumi would build it itself; this keeps a build of each kind, so that changing between them links
// nothing anew, and compiles Datadog's SDK within the memory of a small machine.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

func main() {
	if err := run(context.Background(), ".", os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string, args []string, out io.Writer) error {
	if len(args) != 1 || args[0] != whole && args[0] != lean && args[0] != onlySDK {
		return errors.New("want whole, the program that every stack can use, lean, which has no Datadog, or sdk, Datadog's alone")
	}
	kind := args[0]
	if kind == onlySDK {
		return compileSDK(ctx, dir, out)
	}
	target, err := readTarget(dir)
	if err != nil {
		return err
	}
	if kind == whole {
		if err := compileSDK(ctx, dir, out); err != nil {
			return err
		}
	}
	if err := target.restore(kind); err != nil {
		return err
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", target.relative, ".")
	build.Dir, build.Env = target.main, environ(kind)
	build.Stdout, build.Stderr = out, os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build the program in %s: %w", target.main, err)
	}
	return target.keep(kind)
}

// onlySDK is the argument that stops before the program is linked.
const onlySDK = "sdk"

// sdk is the one package that takes minutes and gigabytes to compile, once for each version of it.
const sdk = "github.com/pulumi/pulumi-datadog/sdk/v4/go/datadog"

// compileSDK compiles Datadog's SDK alone, and with a garbage collector that would rather work than take memory: 6.4 GB,
// most of it in use at once, where Go's own settings take 9 GB. What it compiles is what every other build uses.
func compileSDK(ctx context.Context, dir string, out io.Writer) error {
	started := time.Now()
	build := exec.CommandContext(ctx, "go", "build", "-p", "1", sdk)
	build.Dir, build.Env = dir, append(environ(whole), "GOGC=20", "GOMEMLIMIT=4500MiB")
	build.Stdout, build.Stderr = out, os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("compile %s: %w", sdk, err)
	}
	took := time.Since(started)
	if took < compiledBefore {
		return nil
	}
	_, err := fmt.Fprintf(out, "compiled Datadog's SDK, once for its version: %s, %.1f GB of memory at most\n",
		took.Round(time.Second), gigabytes(build.ProcessState))
	return err
}

// compiledBefore is longer than it takes to see that there is nothing to compile.
const compiledBefore = 20 * time.Second
