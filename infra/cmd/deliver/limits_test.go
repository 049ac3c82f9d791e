package main

import (
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/techcommerce/platform/stacks/stackstest"
)

// operations are the targets that may deploy and roll back.
var operations = regexp.MustCompile(`^make (deploy|rollback|review)( |$)`)

// TestWorkflowsOutlastTheCommand: a job that is ended by its own time limit is killed in the middle of a rollback.
func TestWorkflowsOutlastTheCommand(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(stackstest.Root(), ".github", "workflows", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		var workflow struct {
			Jobs map[string]struct {
				Minutes int `yaml:"timeout-minutes"`
				Steps   []struct{ Run string }
			}
		}
		if err := yaml.Unmarshal([]byte(mustRead(t, file)), &workflow); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for name, job := range workflow.Jobs {
			for _, step := range job.Steps {
				if !operations.MatchString(step.Run) {
					continue
				}
				found++
				// The job brings tools and, for a review, builds images as well.
				if limit := time.Duration(job.Minutes) * time.Minute; limit < longest+20*time.Minute {
					t.Errorf("%s: %s may take %s, and %q alone takes up to %s", filepath.Base(file), name, limit, step.Run, longest)
				}
			}
		}
	}
	if found < 2 {
		t.Errorf("found %d jobs that deploy, want those of stack and review", found)
	}
}
