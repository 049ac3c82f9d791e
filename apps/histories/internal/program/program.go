// Package program builds the services for tests: from the sources as they are, but with a clock that the test can move,
// and with faults put back into them. The go command's overlay replaces source files for one build; nothing in the
// repository changes, and what is shipped has no trace of it.
package program

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
)

// Patch puts a fault back: in a file of the repository, one text is replaced by another.
type Patch struct{ File, Old, New string }

// Fit tells of the first patch that does not fit the source, without building anything.
func Fit(folder string, patches ...Patch) error {
	overlay, err := newOverlay(folder)
	if err != nil {
		return err
	}
	return overlay.patch(patches)
}

// Build builds a service into a folder without cgo, as it is shipped, and returns the binary's path.
func Build(tb testing.TB, folder string, service contract.Service, patches ...Patch) string {
	tb.Helper()
	overlay, err := newOverlay(folder)
	if err != nil {
		tb.Fatalf("build %s: %v", service.Name, err)
	}
	if err := overlay.patch(patches); err != nil {
		tb.Fatalf("build %s: %v", service.Name, err)
	}
	if err := overlay.moveClock(); err != nil {
		tb.Fatalf("build %s: %v", service.Name, err)
	}
	binary := filepath.Join(folder, service.Name)
	build := exec.Command("go", "build", "-overlay", overlay.list(), "-ldflags", "-s -w", "-o", binary,
		"github.com/techcommerce/platform/apps/"+service.Name)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("build %s: %v\n%s", service.Name, err, said)
	}
	return binary
}

// Test runs tests of a package by name with faults put back, and returns what they say and whether they failed. A build
// that fails is the test's own failure.
func Test(tb testing.TB, folder, run string, patches ...Patch) (output string, failed bool) {
	tb.Helper()
	overlay, err := newOverlay(tb.TempDir())
	if err != nil {
		tb.Fatalf("test %s: %v", folder, err)
	}
	if err := overlay.patch(patches); err != nil {
		tb.Fatalf("test %s: %v", folder, err)
	}
	test := exec.Command("go", "test", "-count=1", "-timeout=3m", "-overlay", overlay.list(), "-run", run,
		"github.com/techcommerce/platform/"+folder)
	said, err := test.CombinedOutput()
	output = string(said)
	if strings.Contains(output, "[build failed]") || strings.Contains(output, "no tests to run") {
		tb.Fatalf("test %s -run %s: %v\n%s", folder, run, err, output)
	}
	return output, err != nil
}

// overlay is what replaces which file.
type overlay struct {
	root    string
	dir     string
	Replace map[string]string
}

func newOverlay(dir string) (*overlay, error) {
	found, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return nil, fmt.Errorf("the module's root: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &overlay{root: strings.TrimSpace(string(found)), dir: dir, Replace: map[string]string{}}, nil
}

// read is a file of the repository as the build will see it.
func (o *overlay) read(path string) (string, error) {
	if replaced, ok := o.Replace[path]; ok {
		path = replaced
	}
	text, err := os.ReadFile(path)
	return string(text), err
}

// write replaces a file of the repository for the build.
func (o *overlay) write(path, text string) error {
	replacement := filepath.Join(o.dir, strings.ReplaceAll(strings.TrimPrefix(path, o.root), string(filepath.Separator), "_"))
	o.Replace[path] = replacement
	return os.WriteFile(replacement, []byte(text), 0o600)
}

// patch applies patches in their order. A text that is not there just once says that the patch is out of date.
func (o *overlay) patch(patches []Patch) error {
	for _, p := range patches {
		path := filepath.Join(o.root, p.File)
		text, err := o.read(path)
		if err != nil {
			return fmt.Errorf("patch: %w", err)
		}
		if found := strings.Count(text, p.Old); found != 1 {
			return fmt.Errorf("patch %s: found %d times, want once; bring the patch up to date with the source:\n%s",
				p.File, found, p.Old)
		}
		if err := o.write(path, strings.Replace(text, p.Old, p.New, 1)); err != nil {
			return fmt.Errorf("patch %s: %w", p.File, err)
		}
	}
	return nil
}

// list writes the file that the go command reads.
func (o *overlay) list() string {
	encoded, err := json.Marshal(o)
	if err != nil {
		panic(err) // a map of texts
	}
	path := filepath.Join(o.dir, "overlay.json")
	if err := os.WriteFile(path, encoded, 0o600); err != nil {
		panic(err) // the directory is the test's own
	}
	return path
}
