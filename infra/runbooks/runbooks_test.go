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
			"where to look": len(r.Investigate) > 0, "how to fix it": len(r.Fix) > 0,
			"a command or query to look with": slices.ContainsFunc(r.Investigate, func(s alerts.Step) bool { return s.Run+s.Query != "" }),
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

// manual are commands that change what is declared behind the declaration's back.
var manual = regexp.MustCompile(`kubectl( -n \S+)? (scale|patch|edit|replace|set|annotate|label|autoscale|rollout (undo|pause))\b`)

// TestCommandsLeaveTheDeclarationAlone proves that nothing a runbook tells people to type is in the way of the next
// deployment, and that what began with a release is rolled back by the command that takes the declaration along.
func TestCommandsLeaveTheDeclarationAlone(t *testing.T) {
	t.Parallel()
	for _, alert := range alerts.All(alerts.Reference()) {
		for _, step := range slices.Concat(alert.Runbook.Investigate, alert.Runbook.Fix) {
			if found := manual.FindString(step.Run); found != "" {
				t.Errorf("the runbook of %s tells people to type %q", alert.Name, found)
			}
			if strings.Contains(step.Run, "kubectl") && strings.Contains(step.Run, " apply ") && !strings.Contains(step.Run, "create secret") {
				t.Errorf("the runbook of %s applies something that may be declared: %q", alert.Name, step.Run)
			}
			if strings.Contains(step.Do, "began with a release") && strings.Contains(step.Do, "roll") && step.Run != "make rollback STACK=$STACK" {
				t.Errorf("the runbook of %s rolls back by %q", alert.Name, step.Run)
			}
		}
	}
}

// TestManualCommandsAreFound proves that the test above finds what it looks for.
func TestManualCommandsAreFound(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]bool{
		"kubectl -n shop scale deployment/order-api --replicas=4":        true,
		"kubectl -n shop rollout undo deployment/order-api":              true,
		"kubectl -n shop patch hpa product-api-hpa --patch '{}'":         true,
		"kubectl -n shop rollout restart deployment/order-api":           false,
		"kubectl -n shop get pods -L app.kubernetes.io/version":          false,
		"kubectl -n shop logs order-api-a | grep -i patch":               false,
		"kubectl -n shop get pods -l app.kubernetes.io/name=replica-set": false,
	} {
		if got := manual.MatchString(command); got != want {
			t.Errorf("%s: found %v, want %v", command, got, want)
		}
	}
}

// TestEveryCriticalAlertPages proves that the table of those who are paged has each critical alert, what was measured of
// it in both backends, and on a live cluster or why it cannot be.
func TestEveryCriticalAlertPages(t *testing.T) {
	t.Parallel()
	index := mustPages(t)["README.md"]
	_, table, _ := strings.Cut(index, "## Who is paged")
	for _, alert := range alerts.All(alerts.Reference()) {
		cluster := `(\d\w+ on [\d-]+ \([^|]+\)|not drilled: [^|]+)`
		datadog := "\\d\\w+: `@pagerduty-shop`.* \\(.+\\)"
		if alert.NotificationPath {
			datadog = "not needed: .+"
		}
		row := regexp.MustCompile(`\| \[` + alert.Name + "\\]\\S+ \\| .+ \\| .+ \\| \\d\\w+ \\| \\d\\w+: receiver `critical` \\| " + cluster + " \\| " + datadog + ` \| .+ \|`).FindString(table)
		if (row != "") != (alert.Severity == alerts.Critical) {
			t.Errorf("%s, which is %s, has the row %q", alert.Name, alert.Severity, row)
		}
	}
}
