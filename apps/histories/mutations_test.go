package histories_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/histories/internal/program"
)

// mutation is one fault that was in the services, put back.
type mutation struct {
	// name is the fault's number in the list of faults that this package was made for, and what it was.
	name    string
	patches []program.Patch
	// find returns what a test of this package, or of another, says of the services with the fault in them.
	find func(t *testing.T, patches []program.Patch) []string
}

// TestFaultsPutBackAreFound has each fault found by some test. A fault that nothing finds shows a hole in the tests; a
// patch that fits no more, that it must follow the source.
func TestFaultsPutBackAreFound(t *testing.T) {
	for _, m := range mutations() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			problems := m.find(t, m.patches)
			if len(problems) == 0 {
				t.Error("nothing finds it")
				return
			}
			t.Logf("found: %s", problems[0])
		})
	}
}

// TestPatchesFit finds what a change of the source has left behind within a second, long before the services are built.
func TestPatchesFit(t *testing.T) {
	t.Parallel()
	for _, m := range mutations() {
		if err := program.Fit(t.TempDir(), m.patches...); err != nil {
			t.Errorf("%s: %v", m.name, err)
		}
	}
}

// TestEveryFaultIsPutBack wants a mutation for each number of the list.
func TestEveryFaultIsPutBack(t *testing.T) {
	t.Parallel()
	const faults = 13
	put := map[string]bool{}
	for _, m := range mutations() {
		number, _, _ := strings.Cut(m.name, " ")
		put[number] = true
	}
	for fault := range faults {
		if number := strconv.Itoa(fault + 1); !put[number] {
			t.Errorf("no mutation puts fault %s back", number)
		}
	}
}

// inShop finds a fault by what does not agree in a shop that has it.
func inShop(p plan, scenario func(s *shop) []string) func(*testing.T, []program.Patch) []string {
	return func(t *testing.T, patches []program.Patch) []string {
		t.Helper()
		p.patches = patches
		return scenario(mustOpen(t, p))
	}
}

// complaint is a line in which a test says what is wrong, unlike one of a stack trace.
var complaint = regexp.MustCompile(`^\s+\w+_test\.go:\d+: `)

// inTest finds a fault by a test of another package that fails with it.
func inTest(folder, run string) func(*testing.T, []program.Patch) []string {
	return func(t *testing.T, patches []program.Patch) []string {
		t.Helper()
		said, failed := program.Test(t, folder, run, patches...)
		if !failed {
			return nil
		}
		var lines []string
		for line := range strings.Lines(said) {
			if complaint.MatchString(line) {
				lines = append(lines, strings.TrimSpace(line))
			}
		}
		if lines == nil {
			t.Errorf("%s -run %s fails for another reason:\n%s", folder, run, said)
		}
		return lines
	}
}
