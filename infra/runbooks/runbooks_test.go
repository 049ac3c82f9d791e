package runbooks_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/runbooks"
)

const folder = "../../docs/runbooks"

func mustPages(tb testing.TB) map[string]string {
	tb.Helper()
	pages, err := runbooks.Pages()
	if err != nil {
		tb.Fatal(err)
	}
	return pages
}

// TestInStep proves that the committed pages are those of the alerts, no more and no less.
func TestInStep(t *testing.T) {
	t.Parallel()
	committed := map[string]string{}
	paths, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		committed[filepath.Base(path)] = string(text)
	}
	if diff := cmp.Diff(committed, mustPages(t)); diff != "" {
		t.Errorf("run make runbooks (-committed +generated):\n%s", diff)
	}
}

// TestWhole proves that each runbook says everything that the one who is woken wants to know.
func TestWhole(t *testing.T) {
	t.Parallel()
	for _, alert := range alerts.All(alerts.Reference()) {
		r := alert.Runbook
		for part, present := range map[string]bool{
			"what it means": r.Meaning != "", "its impact": r.Impact != "", "when to silence it": r.Silence != "",
			"where to look": len(r.Look) > 0, "how to mend it": len(r.Mend) > 0,
			"a command or query to look with": slices.ContainsFunc(r.Look, func(s alerts.Step) bool { return s.Run+s.Query != "" }),
		} {
			if !present {
				t.Errorf("the runbook of %s does not say %s", alert.Name, part)
			}
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#]+)\)`)

// TestLinks proves that every link within the repository leads somewhere.
func TestLinks(t *testing.T) {
	t.Parallel()
	for name, text := range mustPages(t) {
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(found[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(folder, found[1])); err != nil {
				t.Errorf("%s links to %s: %v", name, found[1], err)
			}
		}
	}
}

// word is what package alerts replaces: it would mean nothing to a reader.
var word = regexp.MustCompile(`\$[a-z][A-Za-z]*`)

// TestWords proves that every word of ours was replaced by what it stands for.
func TestWords(t *testing.T) {
	t.Parallel()
	for name, text := range mustPages(t) {
		if found := word.FindString(text); found != "" {
			t.Errorf("%s shows %s", name, found)
		}
	}
}
