// Package checks pins the linters, and holds the workflows to the rules that no linter knows.
package checks_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rhysd/actionlint"
)

const folder = "../../.github/workflows"

// pinned is a commit and, for people, the release that it is.
var pinned = regexp.MustCompile(`uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)

func workflows(t *testing.T) map[string]*actionlint.Workflow {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(paths) < 6 {
		t.Fatalf("got %d workflows (%v)", len(paths), err)
	}
	found := map[string]*actionlint.Workflow{}
	for _, path := range paths {
		workflow, problems := actionlint.Parse([]byte(read(t, path)))
		for _, problem := range problems {
			t.Errorf("%s: %v", path, problem)
		}
		found[path] = workflow
	}
	return found
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestActionlintFindsNothing(t *testing.T) {
	linter, err := actionlint.NewLinter(os.Stderr, &actionlint.LinterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	problems, err := linter.LintDir(folder, nil)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v %v", err, problems)
	}
}

func TestNothingIsHidden(t *testing.T) {
	for path := range workflows(t) {
		for number, line := range strings.Split(read(t, path), "\n") {
			code, _, _ := strings.Cut(line, " # ")
			if strings.Contains(code, "continue-on-error") || strings.Contains(code, "|| true") {
				t.Errorf("%s:%d hides failures: %s", path, number+1, line)
			}
			if strings.Contains(code, "uses: ") && !strings.Contains(code, "uses: ./") && !pinned.MatchString(line) {
				t.Errorf("%s:%d is not pinned by commit and release: %s", path, number+1, line)
			}
		}
	}
}

func TestEveryJobIsBoundAndNarrow(t *testing.T) {
	for path, workflow := range workflows(t) {
		if workflow.Permissions == nil {
			t.Errorf("%s: no permissions", path)
		}
		for name, job := range workflow.Jobs {
			if job.WorkflowCall == nil && job.TimeoutMinutes == nil {
				t.Errorf("%s: %s has no timeout", path, name)
			}
			for _, step := range job.Steps {
				checkStep(t, path, name, step)
			}
		}
	}
}

// checkStep wants a step to be runnable by hand: a make target, or one line.
func checkStep(t *testing.T, path, job string, step *actionlint.Step) {
	t.Helper()
	run, ok := step.Exec.(*actionlint.ExecRun)
	if ok && !strings.HasPrefix(run.Run.Value, "make ") && strings.Contains(strings.TrimSpace(run.Run.Value), "\n") {
		t.Errorf("%s: %s runs more than one line that is no make target:\n%s", path, job, run.Run.Value)
	}
}

// TestAnUpdateIsNeverCutOff looks at the jobs that change a stack.
func TestAnUpdateIsNeverCutOff(t *testing.T) {
	changing := 0
	for path, workflow := range workflows(t) {
		for name, job := range workflow.Jobs {
			if !changes(job) {
				continue
			}
			changing++
			c := job.Concurrency
			if c == nil || !strings.HasPrefix(c.Group.Value, "stack-") || c.CancelInProgress == nil || c.CancelInProgress.Value {
				t.Errorf("%s: %s changes a stack without a concurrency group stack-… that never cancels", path, name)
			}
		}
	}
	if changing < 2 {
		t.Errorf("found %d jobs that change a stack, want deploy and destroy", changing)
	}
}

func changes(job *actionlint.Job) bool {
	for _, step := range job.Steps {
		if run, ok := step.Exec.(*actionlint.ExecRun); ok {
			if strings.HasPrefix(run.Run.Value, "make deploy") || strings.HasPrefix(run.Run.Value, "make destroy") {
				return true
			}
		}
	}
	return false
}
