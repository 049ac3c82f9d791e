// Package e2e_test runs the whole platform as its users do: a fresh clone, make, a real Kubernetes, a real browser.
package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// platform is a clone of the repository with its own cluster.
type platform struct {
	dir string
	url string
	// settings is Pulumi.local.yaml as it was cloned.
	settings string
	orders   []placedOrder
	// cameUp is when make up ended.
	cameUp  time.Time
	figures []measured
	before  footprint
	// environ is the environment of make env, once somebody has asked for it.
	environ []string
}

// checkout clones what is committed, and lays what is not over it, so that a developer tests what is in front of them.
func checkout(t testing.TB) string {
	t.Helper()
	repository := output(t, "", "git", "rev-parse", "--show-toplevel")
	dir := filepath.Join(t.TempDir(), "techcommerce")
	output(t, "", "git", "clone", "--quiet", repository, dir)
	changed := output(t, repository, "git", "ls-files", "--modified", "--others", "--exclude-standard")
	for name := range strings.FieldsSeq(changed) {
		if _, err := os.Stat(filepath.Join(repository, name)); err != nil {
			output(t, dir, "rm", "-f", name)
			continue
		}
		output(t, dir, "mkdir", "-p", filepath.Dir(name))
		output(t, repository, "cp", "-p", name, filepath.Join(dir, name))
	}
	return dir
}

// clone makes a clone with a toolchain.
func clone(t *testing.T) *platform {
	t.Helper()
	dir := checkout(t)
	// Nothing is published, so that a shop that runs on this machine meanwhile is not disturbed.
	t.Setenv("PUBLISH", "none")
	t.Setenv("KUBE_CONTEXT", "")
	// The toolchain's progress is worth watching, and the packages that it installs stay.
	tools := exec.Command("make", "tools")
	tools.Dir, tools.Stdout, tools.Stderr = dir, os.Stdout, os.Stderr
	if err := tools.Run(); err != nil {
		t.Fatalf("make tools: %v", err)
	}
	return &platform{dir: dir, settings: output(t, dir, "cat", "Pulumi.local.yaml"), before: takeFootprint(t)}
}

// make runs make in the clone and returns what it printed. It fails the test if make fails.
func (p *platform) make(t testing.TB, args ...string) string {
	t.Helper()
	text, err := p.tryMake(args...)
	if err != nil {
		t.Fatalf("make %s: %v\n%s", strings.Join(args, " "), err, text)
	}
	return text
}

func (p *platform) tryMake(args ...string) (string, error) {
	command := exec.Command("make", args...)
	command.Dir = p.dir
	text, err := command.CombinedOutput()
	return string(text), err
}

// shell runs a command line in the clone with the environment of make env.
func (p *platform) shell(t testing.TB, line string) string {
	t.Helper()
	return output(t, p.dir, "bash", "-c", `set -e; environment="$(make -s env)"; eval "$environment"; `+line)
}

// down leaves nothing behind when a test has failed half-way.
func (p *platform) down(t *testing.T) {
	t.Helper()
	if text, err := p.tryMake("down"); err != nil {
		t.Logf("make down: %v\n%s", err, text)
	}
	if t.Failed() {
		_, _ = p.tryMake("cluster-down")
	}
}

// output runs a command and returns its trimmed output.
func output(t testing.TB, dir, name string, args ...string) string {
	t.Helper()
	command := exec.Command(name, args...)
	command.Dir = dir
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, stdout.String(), stderr.String())
	}
	return strings.TrimSpace(stdout.String())
}

// eventually polls until the check returns nil.
func eventually(t testing.TB, limit time.Duration, check func() error) {
	t.Helper()
	err := check()
	for deadline := time.Now().Add(limit); err != nil && time.Now().Before(deadline); err = check() {
		time.Sleep(200 * time.Millisecond)
	}
	if err != nil {
		t.Fatalf("not within %s: %v", limit, err)
	}
}

// machine describes where the figures come from.
func machine() string {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return err.Error()
	}
	var kilobytes int
	if _, err := fmt.Sscanf(string(text), "MemTotal: %d kB", &kilobytes); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d cores, %d GB of memory, %s", runtime.NumCPU(), kilobytes>>20, runtime.Version())
}
