package program

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func mustOverlay(t *testing.T, files map[string]string) *overlay {
	t.Helper()
	o := &overlay{root: t.TempDir(), dir: t.TempDir(), Replace: map[string]string{}}
	for name, text := range files {
		path := filepath.Join(o.root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func TestPatchesAddUpAndLeaveTheSourceAlone(t *testing.T) {
	t.Parallel()
	o := mustOverlay(t, map[string]string{"a.go": "one two"})
	path := filepath.Join(o.root, "a.go")
	err := o.patch([]Patch{{"a.go", "one", "three"}, {"a.go", "three two", "four"}})
	if got, _ := o.read(path); err != nil || got != "four" {
		t.Errorf("the build sees %q, %v, want four", got, err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "one two" {
		t.Errorf("the source is %q, %v", got, err)
	}
}

func TestPatchOutOfDateIsRefused(t *testing.T) {
	t.Parallel()
	for _, old := range []string{"gone", "twice"} {
		o := mustOverlay(t, map[string]string{"a.go": "twice and twice"})
		err := o.patch([]Patch{{"a.go", old, "new"}})
		if err == nil || !strings.Contains(err.Error(), "bring the patch up to date") {
			t.Errorf("%s: got %v", old, err)
		}
	}
}

func TestClockIsMovedWhereverASourceAsksForTheTime(t *testing.T) {
	t.Parallel()
	o := mustOverlay(t, map[string]string{
		"apps/a/a.go":           "// Package a.\npackage a\n\nimport \"time\"\n\nvar now = time.Now\nvar then = time.Nowhere\n",
		"apps/a/b.go":           "package a\n",
		"apps/a/a_test.go":      "package a\n\nvar _ = time.Now()\n",
		"apps/histories/run.go": "package histories\n\nvar _ = time.Now()\n",
	})
	if err := o.moveClock(); err != nil {
		t.Fatal(err)
	}
	got, err := o.read(filepath.Join(o.root, "apps/a/a.go"))
	const want = "// Package a.\npackage a\n\nimport \"" + movedImport + "\"\n\nimport \"time\"\n\n" +
		"var now = moved.Now\nvar then = time.Nowhere\n\nvar _ = time.Now // so that the import of time stays used\n"
	if err != nil || got != want {
		t.Errorf("got %s, %v", got, err)
	}
	if len(o.Replace) != 2 { // and package moved itself
		t.Errorf("replaces %v", o.Replace)
	}
}
