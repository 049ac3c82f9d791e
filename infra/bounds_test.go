package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/techcommerce/platform/stacks/stackstest"
)

// TestWhatIsBoundWaitsForTheBounds: a stack that grows would meet the quota that it had before.
func TestWhatIsBoundWaitsForTheBounds(t *testing.T) {
	t.Parallel()
	const quota = "$kubernetes:core/v1:ResourceQuota::foundation"
	bound := 0
	for _, r := range mustDeclare(t, mustDecode(t, stackstest.File(t, "local", nil))).Resources {
		if r.Parent != "product-api" && r.Parent != "database" {
			continue
		}
		bound++
		if !slices.ContainsFunc(r.After, func(urn string) bool { return strings.HasSuffix(urn, quota) }) {
			t.Errorf("%s %s does not wait for the quota, only for %q", r.Type, r.Name, r.After)
		}
	}
	if bound == 0 {
		t.Error("nothing is bound")
	}
}
