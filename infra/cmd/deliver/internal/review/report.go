package review

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/stack"
)

// Report is a preview in order of risk.
type Report struct {
	// Stack is the stack's name.
	Stack string
	// Counts is how many resources are created, changed, replaced and deleted.
	Counts map[string]int
	// Findings are sorted by risk, worst first.
	Findings []Finding
	// Rolled are the Deployments whose pods are replaced, as they will be declared, by name.
	Rolled map[string]map[string]any
	// Warnings are what the program and the engine said beside.
	Warnings []string
	// Errors are why it failed.
	Errors []string
	// Failed says that the preview itself did not come to its end.
	Failed bool
	// Missing are the dangerous classes that nobody allowed.
	Missing []Risk
}

// New reads a preview. Labels are those of the pull request.
func New(name string, labels []string, from io.Reader) (Report, error) {
	p, err := read(from)
	if err != nil {
		return Report{}, err
	}
	r := Report{Stack: name, Counts: map[string]int{}, Rolled: map[string]map[string]any{}}
	first := p.first()
	for _, s := range p.Steps {
		r.Counts[verbs[s.Op]]++
		if s.rolls() {
			r.Rolled[s.name()] = s.NewState.Inputs
		}
		for _, f := range judge(s) {
			if first && f.Risk == Exposure {
				f.Risk = First
			}
			r.Findings = append(r.Findings, f)
		}
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Risk, b.Risk), strings.Compare(a.What, b.What))
	})
	for _, f := range r.Findings {
		if f.Risk.Dangerous() && !slices.Contains(labels, f.Risk.Label()) && !slices.Contains(r.Missing, f.Risk) {
			r.Missing = append(r.Missing, f.Risk)
		}
	}
	for _, d := range p.Diagnostics {
		r.Failed = r.Failed || d.Severity == "error"
		if d.Severity == "warning" || d.Severity == "error" {
			text := strings.TrimPrefix(strings.TrimSpace(d.Message), d.Severity+": ")
			if text = stack.Plain(text); text == "" {
				continue
			}
			if d.Severity == "error" {
				r.Errors = append(r.Errors, text)
			} else {
				r.Warnings = append(r.Warnings, text)
			}
		}
	}
	return r, nil
}

// Err is nil when the preview succeeded and every dangerous class is allowed.
func (r Report) Err() error {
	if r.Failed {
		return fmt.Errorf("the preview of %s failed: %s", r.Stack,
			strings.Join(append(r.Errors, stack.Hints(r.Errors)...), "\n"))
	}
	if len(r.Missing) == 0 {
		return nil
	}
	var labels []string
	for _, risk := range r.Missing {
		labels = append(labels, risk.Label())
	}
	return fmt.Errorf("the update of %s is dangerous (%s). Whoever approves that puts the label on the pull request, "+
		"or says LABELS=%s by hand", r.Stack, r.missing(), strings.Join(labels, ","))
}

// missing names the dangerous classes that nobody allowed.
func (r Report) missing() string {
	var names []string
	for _, risk := range r.Missing {
		names = append(names, strings.ReplaceAll(risk.String(), "-", " "))
	}
	return strings.Join(names, ", ")
}

// Text is the report for a terminal: what is of note, worst first.
func (r Report) Text() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s\n", r.summary())
	others := 0
	for _, f := range r.Findings {
		if f.Risk == Other {
			others++
			continue
		}
		fmt.Fprintf(&text, "  %s: %s: %s\n", risks[f.Risk].title, f.What, f.Why)
	}
	if others > 0 {
		fmt.Fprintf(&text, "  and %d more without risk\n", others)
	}
	return text.String()
}

// Markdown is the report as a comment. Its first line lets the pipeline find the comment again.
func (r Report) Markdown() string {
	var text strings.Builder
	fmt.Fprintf(&text, "<!-- preview of %s -->\n### Preview of `%s`\n\n%s\n", r.Stack, r.Stack, r.summary())
	if r.Err() != nil {
		fmt.Fprintf(&text, "\n> [!CAUTION]\n> %s\n", quoted(upper(r.Err().Error())))
	}
	notable := slices.DeleteFunc(slices.Clone(r.Findings), func(f Finding) bool { return f.Risk == Other })
	if len(notable) > 0 {
		text.WriteString("\n| risk | what happens | that means |\n|---|---|---|\n")
	}
	for _, f := range notable {
		fmt.Fprintf(&text, "| %s | %s | %s |\n", risks[f.Risk].title, f.What, f.Why)
	}
	if others := len(r.Findings) - len(notable); others > 0 {
		fmt.Fprintf(&text, "\n<details><summary>%d more without risk</summary>\n\n", others)
		for _, f := range r.Findings[len(notable):] {
			fmt.Fprintf(&text, "- %s: %s\n", f.What, f.Why)
		}
		text.WriteString("\n</details>\n")
	}
	for _, warning := range r.Warnings {
		fmt.Fprintf(&text, "\n> [!WARNING]\n> %s\n", quoted(warning))
	}
	return text.String()
}

// quoted keeps a text of several lines within one quotation of Markdown.
func quoted(text string) string { return strings.ReplaceAll(text, "\n", "\n> ") }

func (r Report) summary() string {
	var parts []string
	for _, verb := range slices.Sorted(maps.Keys(r.Counts)) {
		parts = append(parts, fmt.Sprintf("%s %d", verb, r.Counts[verb]))
	}
	if len(parts) == 0 {
		return "Nothing changes."
	}
	return upper(strings.Join(parts, ", ")) + "."
}
