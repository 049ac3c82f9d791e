package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/techcommerce/platform/stacks/stackstest"
)

// meant are the ways in which a command of the documents names an object, or the pods of one.
var meant = regexp.MustCompile(`\b(cronjob|deployment|service|statefulset)/([a-z0-9-]+)|-l app(?:\.kubernetes\.io/name)?=([a-z0-9-]+)`)

// TestDocumentsNameWhatIsDeclared: a command for an object that is not there fails when it is needed most.
func TestDocumentsNameWhatIsDeclared(t *testing.T) {
	t.Parallel()
	declared := declaredNames(t)
	for _, pattern := range []string{"README.md", "docs/*.md", "docs/runbooks/*.md"} {
		files, err := filepath.Glob(filepath.Join(stackstest.Root(), pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no documents (%v)", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range meant.FindAllStringSubmatch(string(text), -1) {
				if !declared[found[1]+"/"+found[2]] && !declared["pods of "+found[3]] {
					t.Errorf("%s: %s: no stack declares it", filepath.Base(file), found[0])
				}
			}
		}
	}
}

// declaredNames are the objects that a stack with everything has, and the pods of each by their label.
func declaredNames(t testing.TB) map[string]bool {
	t.Helper()
	// Not ours, but every cluster's that scales.
	declared := map[string]bool{"deployment/metrics-server": true, "pods of metrics-server": true}
	for _, r := range mustDeclare(t, variants(t)["everything"]).Resources {
		object := r.Object()
		if object == nil {
			continue
		}
		kind, _ := object["kind"].(string)
		metadata, _ := object["metadata"].(map[string]any)
		name, _ := metadata["name"].(string)
		labels, _ := metadata["labels"].(map[string]any)
		app, _ := labels["app.kubernetes.io/name"].(string)
		declared[strings.ToLower(kind)+"/"+name], declared["pods of "+app] = true, true
	}
	delete(declared, "pods of ")
	return declared
}
