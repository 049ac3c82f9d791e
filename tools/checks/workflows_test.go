// Package checks pins the linters, and holds the workflows to the rules that no linter knows.
package checks_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
	if err != nil || len(paths) < 7 {
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
	if ok && strings.Contains(strings.TrimSpace(run.Run.Value), "\n") {
		t.Errorf("%s: %s runs more than one line: make it a make target\n%s", path, job, run.Run.Value)
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
	if changing < 4 {
		t.Errorf("found %d jobs that change a stack, want deploy, destroy and those of review", changing)
	}
}

func changes(job *actionlint.Job) bool {
	for _, step := range job.Steps {
		if run, ok := step.Exec.(*actionlint.ExecRun); ok {
			target, _, _ := strings.Cut(strings.TrimPrefix(run.Run.Value, "make "), " ")
			if slices.Contains([]string{"deploy", "rollback", "destroy", "review", "review-down"}, target) {
				return true
			}
		}
	}
	return false
}

// TestForksGetNothing: what somebody's own copy proposes runs without our environments, and may write nothing.
func TestForksGetNothing(t *testing.T) {
	const ours = "github.event.pull_request.head.repo.full_name == github.repository && "
	trusted := 0
	for path, workflow := range workflows(t) {
		if !slices.ContainsFunc(workflow.On, ofPullRequests) {
			continue
		}
		for name, job := range workflow.Jobs {
			if job.Environment == nil && !writes(job.Permissions) {
				continue
			}
			trusted++
			if job.If == nil || !strings.HasPrefix(job.If.Value+" && ", ours) || strings.Contains(topLevel(job.If.Value), "||") {
				t.Errorf("%s: %s has an environment or may write, and does not begin with: if: %s", path, name, ours)
			}
		}
	}
	if trusted < 3 {
		t.Errorf("found %d jobs of pull requests that may do something, want preview and those of review", trusted)
	}
}

func ofPullRequests(e actionlint.Event) bool { return strings.HasPrefix(e.EventName(), "pull_request") }

// TestABranchHasNothingOfMains: where a workflow is main's own, the jobs that run a branch's code hold neither the account
// that makes accounts nor a cache that main's jobs use.
func TestABranchHasNothingOfMains(t *testing.T) {
	branches := 0
	for path, workflow := range workflows(t) {
		if !slices.ContainsFunc(workflow.On, func(e actionlint.Event) bool { return e.EventName() == "pull_request_target" }) {
			continue
		}
		for name, job := range workflow.Jobs {
			if !checksOutABranch(job) {
				continue
			}
			branches++
			if job.Environment == nil || job.Environment.Name.Value != "review" {
				t.Errorf("%s: %s runs a branch's code outside the environment review", path, name)
			}
			for _, step := range job.Steps {
				if cached := input(step, "actions/setup-go", "cache"); cached != "" && cached != "false" {
					t.Errorf("%s: %s leaves a cache to main", path, name)
				}
				if kept := input(step, "actions/checkout", "persist-credentials"); kept != "" && kept != "false" {
					t.Errorf("%s: %s leaves a token in the checkout", path, name)
				}
				if step.Env != nil && step.Env.Vars["kubeconfig_text"] != nil {
					t.Errorf("%s: %s hands the environment's account to a branch", path, name)
				}
			}
		}
	}
	if branches == 0 {
		t.Error("found no job that runs a branch's code, want that of review")
	}
}

func checksOutABranch(job *actionlint.Job) bool {
	return slices.ContainsFunc(job.Steps, func(step *actionlint.Step) bool {
		return strings.Contains(input(step, "actions/checkout", "ref"), "pull_request.head")
	})
}

// input is what a step gives an action: "default" where it leaves an input of it out, nothing where it is another action.
func input(step *actionlint.Step, action, name string) string {
	uses, ok := step.Exec.(*actionlint.ExecAction)
	if !ok || !strings.HasPrefix(uses.Uses.Value, action+"@") {
		return ""
	}
	if given := uses.Inputs[name]; given != nil {
		return given.Value.Value
	}
	return "default"
}

func writes(permissions *actionlint.Permissions) bool {
	if permissions == nil {
		return false
	}
	for _, scope := range permissions.Scopes {
		if scope.Value.Value == "write" {
			return true
		}
	}
	return permissions.All != nil && permissions.All.Value != "read-all"
}

// topLevel is an expression without what is in parentheses.
func topLevel(expression string) string {
	depth := 0
	return strings.Map(func(r rune) rune {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth > 0 {
			return -1
		}
		return r
	}, expression)
}

// TestNoWorkflowListsTheServices: what there is to scan, make services says.
func TestNoWorkflowListsTheServices(t *testing.T) {
	services := regexp.MustCompile(`Service\{Name: "([a-z-]+)"`).FindAllStringSubmatch(read(t, root+"/apps/contract/contract.go"), -1)
	if len(services) == 0 {
		t.Fatal("the contract names no service, so none was looked for")
	}
	for path := range workflows(t) {
		for _, service := range services {
			if strings.Contains(read(t, path), service[1]) {
				t.Errorf("%s names %s: ask make services", path, service[1])
			}
		}
	}
}
