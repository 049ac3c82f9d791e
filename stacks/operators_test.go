package stacks_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/techcommerce/platform/stacks"
	"github.com/techcommerce/platform/stacks/stackstest"
)

// TestOperatorsFilesAreValid looks at what the repository's own stacks say, whatever it is. Secrets may be encrypted there,
// or kept elsewhere, so nothing is said of their values.
func TestOperatorsFilesAreValid(t *testing.T) {
	t.Parallel()
	for _, name := range stackstest.Operators(t) {
		for _, problem := range invalid(t, name, stackstest.Operator(t, name)) {
			t.Errorf("Pulumi.%s.yaml: %s: %s", name, problem.Path, problem.Rule)
		}
	}
}

// invalid are the problems of a file's text, but for those of secrets that only the Pulumi CLI can read.
func invalid(t *testing.T, name, text string) []stacks.Problem {
	t.Helper()
	source := stackstest.Text(t, name, text, nil)
	_, err := stacks.Decode(source)
	var all *stacks.Problems
	if err == nil {
		return nil
	}
	if !errors.As(err, &all) {
		t.Fatal(err)
	}
	var found []stacks.Problem
	for _, problem := range all.List {
		missing := strings.Contains(problem.Rule, "pulumi config set --secret") && strings.HasPrefix(problem.Rule, "missing")
		if !missing && source.Values[problem.Path] != stackstest.Unknown {
			found = append(found, problem)
		}
	}
	return found
}

// TestAnEncryptedSettingIsNoPlaintext: an operator who sets a secret does not fail the tests.
func TestAnEncryptedSettingIsNoPlaintext(t *testing.T) {
	t.Parallel()
	text := stackstest.Fixture(t, "staging")
	secret := "config:\n  techcommerce:datadogApiKey:\n    secure: v1:abc:def\n  techcommerce:newsSlackUrl:\n    secure: v1:abc:def\n"
	if found := invalid(t, "staging", strings.Replace(text, "config:\n", secret, 1)); len(found) > 0 {
		t.Errorf("got %v", found)
	}
	clear := "config:\n  techcommerce:newsSlackUrl: https://hooks.example.com/x\n"
	found := invalid(t, "staging", strings.Replace(text, "config:\n", clear, 1))
	if len(found) != 1 || !strings.Contains(found[0].Rule, "stored in clear") {
		t.Errorf("a secret in clear: got %v", found)
	}
}
