package main

import (
	"strings"
	"testing"

	"github.com/techcommerce/platform/stacks/stackstest"
)

// TestOffMeansOff: a stack without Datadog, or without its keys where they are optional, declares nothing of it.
func TestOffMeansOff(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"local", "staging"} {
		stack := mustDecode(t, stackstest.File(t, name, nil))
		for _, r := range mustDeclare(t, stack).Resources {
			if strings.Contains(strings.ToLower(r.Type), "datadog") || r.Name == "datadog" {
				t.Errorf("%s: %s %s", name, r.Type, r.Name)
			}
		}
		if stack.Off()["datadog"] == "" {
			t.Errorf("%s does not say that Datadog is off", name)
		}
	}
}
