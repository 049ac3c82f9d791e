package checks_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// coldFolders makes what the drill measures the size of.
const coldFolders = "\t@mkdir -p $(GOCACHE) $(GOMODCACHE) $(LOCAL_CACHE)\n"

// coldRepository has the drill's script, and a make of its own.
func coldRepository(t *testing.T, makefile string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range map[string]string{
		"Makefile": makefile, "docs/README.md": "", "test/drill-cold": mustRead(t, "test/drill-cold"),
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	const commit = "git init -q . && git add . && git -c user.name=a -c user.email=a@example.com commit -qm first"
	command := exec.Command("bash", "-c", commit)
	command.Dir = dir
	if text, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return dir
}

// coldDrill runs the drill with a folder of its own for what it makes, which must be empty afterwards.
func coldDrill(t *testing.T, dir string) (said string, err error) {
	t.Helper()
	temporary := t.TempDir()
	command := exec.Command("test/drill-cold")
	command.Dir = dir
	command.Env = append(os.Environ(), "TMPDIR="+temporary, "MAKEFLAGS=", "MAKELEVEL=")
	text, err := command.CombinedOutput()
	if left, globErr := filepath.Glob(filepath.Join(temporary, "*")); globErr != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, globErr)
	}
	return string(text), err
}

func TestColdDrillWritesBothParts(t *testing.T) {
	t.Parallel()
	dir := coldRepository(t, "tools:\n"+coldFolders+"\t@sleep 1\nup:\n\t@sleep 1\ndown:\n\t@true\n")
	if said, err := coldDrill(t, dir); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	text, err := os.ReadFile(filepath.Join(dir, "docs", "drill-cold.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`Written by .make drill-cold. on \d{4}-\d\d-\d\d, on a machine with \d+ cores`,
		`(?m)^\| the toolchain \| 0 min \d\d s \| 0 min \d\d s \|$`,
		`(?m)^\| the first .make up., the toolchain's part included \| 0 min \d\d s \| \|$`,
	} {
		if !regexp.MustCompile(want).Match(text) {
			t.Errorf("it does not say %s:\n%s", want, text)
		}
	}
}

func TestColdDrillThatFailsWritesNothing(t *testing.T) {
	t.Parallel()
	for name, makefile := range map[string]string{
		"the toolchain": "tools:\n\t@echo broken >&2; exit 1\nup:\n\t@true\ndown:\n\t@true\n",
		"make up":       "tools:\n" + coldFolders + "up:\n\t@echo broken >&2; exit 1\ndown:\n\t@true\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := coldRepository(t, makefile)
			said, err := coldDrill(t, dir)
			if err == nil || !strings.Contains(said, "broken") {
				t.Errorf("got %v, want a failure that says why:\n%s", err, said)
			}
			if _, err := os.Stat(filepath.Join(dir, "docs", "drill-cold.md")); !os.IsNotExist(err) {
				t.Errorf("got %v, want no report", err)
			}
		})
	}
}
