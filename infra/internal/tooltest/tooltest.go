// Package tooltest brings the programs that read what is written here: promtool, amtool and Alertmanager, built from the
// modules that tools/ pins.
package tooltest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Promtool is the path of the program that checks Prometheus' files.
func Promtool(tb testing.TB) string {
	tb.Helper()
	return mustBuild(tb, tool{"promtool", "prometheus", "github.com/prometheus/prometheus/cmd/promtool"})
}

// Amtool is the path of the program that checks Alertmanager's configuration.
func Amtool(tb testing.TB) string {
	tb.Helper()
	return mustBuild(tb, tool{"amtool", "platform", "github.com/prometheus/alertmanager/cmd/amtool"})
}

// Alertmanager is the path of Alertmanager itself.
func Alertmanager(tb testing.TB) string {
	tb.Helper()
	return mustBuild(tb, tool{"alertmanager", "platform", "github.com/prometheus/alertmanager/cmd/alertmanager"})
}

// Queries is the path of the program that says what expressions refer to.
func Queries(tb testing.TB) string {
	tb.Helper()
	return mustBuild(tb, tool{"queries", "prometheus", "."})
}

// tool is a program, the folder under tools/ that pins it, and its package there.
type tool struct{ name, folder, main string }

// mustBuild builds a program with the flags of the local toolchain, so that both share what
// the compiler made; building Prometheus takes minutes, once. Go leaves a program alone that is up to date.
func mustBuild(tb testing.TB, t tool) string {
	tb.Helper()
	_, here, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(here), "..", "..", "..")
	program := filepath.Join(root, ".local", "bin", t.name)
	flags, err := os.ReadFile(filepath.Join(root, "tools", "flags"))
	if err != nil {
		tb.Fatal(err)
	}
	args := append([]string{"build"}, strings.Fields(string(flags))...)
	build := exec.Command("go", append(args, "-ldflags", "-s -w", "-o", program, t.main)...)
	build.Dir = filepath.Join(root, "tools", t.folder)
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	if output, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("building %s: %v\n%s", t.name, err, output)
	}
	return program
}

// Run runs a program on an input and returns what it prints; its failure is the test's.
func Run(tb testing.TB, input, program string, args ...string) string {
	tb.Helper()
	output, err := Try(input, program, args...)
	if err != nil {
		tb.Fatalf("%s %s: %v\n%s", filepath.Base(program), strings.Join(args, " "), err, output)
	}
	return output
}

// Try is Run for a program that may fail.
func Try(input, program string, args ...string) (string, error) {
	command := exec.Command(program, args...)
	command.Stdin = strings.NewReader(input)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	err := command.Run()
	return output.String(), err
}
