package main

import (
	"slices"
	"strings"
	"testing"
)

// TestARestoreHappensOnce: a Job cannot be changed, only made and run anew.
func TestARestoreHappensOnce(t *testing.T) {
	t.Parallel()
	restores := 0
	for _, r := range mustDeclare(t, variants(t)["everything"]).Resources {
		if !strings.Contains(r.Name, "-restore-") {
			continue
		}
		restores++
		if !slices.Contains(r.Options, "ignoreChanges:spec") {
			t.Errorf("%s is made anew by any change of the server: %q", r.Name, r.Options)
		}
	}
	if restores != 1 {
		t.Errorf("%d restores are declared, want 1", restores)
	}
}
