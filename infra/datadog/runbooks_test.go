package datadog_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestRunbooksExist: whoever is paged finds the page that the monitor's message names.
func TestRunbooksExist(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`runbook: +"([A-Za-z]+\.md)`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range named.FindAllStringSubmatch(string(text), -1) {
			found++
			if _, err := os.Stat(filepath.Join("..", "..", "docs", "runbooks", match[1])); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
	if found == 0 {
		t.Error("no monitor names a runbook: the pattern is out of date")
	}
}
