//go:build lean

package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/techcommerce/platform/stacks"
	"github.com/techcommerce/platform/stacks/stackstest"
)

// buildable is what this build of the program can declare of a stack: all but Datadog.
func buildable(stack stacks.Stack) stacks.Stack {
	stack.Datadog = nil
	return stack
}

// TestALeanProgramRefusesDatadog: it would take away everything of Datadog that the stack has.
func TestALeanProgramRefusesDatadog(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		stack   string
		secrets map[string]string
		want    string
	}{
		{"local", nil, ""},
		{"staging", nil, ""}, // its keys are optional
		{"staging", stackstest.Secrets(), "GOFLAGS= pulumi up --stack staging"},
		{"production", stackstest.Secrets(), "GOFLAGS= pulumi up --stack production"},
	} {
		err := checkDatadogKeys(t.Context(), mustDecode(t, stackstest.File(t, c.stack, c.secrets)))
		if (err != nil) != (c.want != "") || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s with %d secrets: got %v, want %q", c.stack, len(c.secrets), err, c.want)
		}
	}
}
