package review

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Report is a preview in order of risk.
type Report struct {
	// Stack is the stack's name.
	Stack string
	// Counts is how many resources are created, changed, replaced and deleted.
	Counts map[string]int
	// Findings are sorted by risk, worst first.
	Findings []Finding
	// Warnings are what the program and the engine said.
	Warnings []string
	// Failed says that the preview itself did not come to its end.
	Failed bool
	// Missing are the dangerous classes that nobody allowed.
	Missing []Risk
}

// New reads a preview. Labels are those of the pull request.
func New(stack string, labels []string, from io.Reader) (Report, error) {
	p, err := read(from)
	if err != nil {
		return Report{}, err
	}
	r := Report{Stack: stack, Counts: map[string]int{}}
	for _, s := range p.Steps {
		r.Counts[verbs[s.Op]]++
		r.Findings = append(r.Findings, judge(s)...)
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
		if d.Severity == "warning" || d.Severity == "error" {
			text := strings.TrimPrefix(strings.TrimSpace(d.Message), d.Severity+": ")
			r.Warnings = append(r.Warnings, text)
			r.Failed = r.Failed || d.Severity == "error"
		}
	}
	return r, nil
}

// Err is nil when the preview succeeded and every dangerous class is allowed.
func (r Report) Err() error {
	if len(r.Missing) == 0 {
		if r.Failed {
			return fmt.Errorf("the preview of %s failed, so an update would too", r.Stack)
		}
		return nil
	}
	var labels []string
	for _, risk := range r.Missing {
		labels = append(labels, risk.Label())
	}
	return fmt.Errorf("the preview of %s is dangerous: whoever approves that puts %s on the pull request",
		r.Stack, strings.Join(labels, ", "))
}

// Markdown is the report as a comment. Its first line lets the pipeline find the comment again.
func (r Report) Markdown() string {
	var text strings.Builder
	fmt.Fprintf(&text, "<!-- preview of %s -->\n### Preview of `%s`\n\n%s\n", r.Stack, r.Stack, r.summary())
	if r.Err() != nil {
		fmt.Fprintf(&text, "\n> [!CAUTION]\n> %s\n", upper(r.Err().Error()))
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
		fmt.Fprintf(&text, "\n> [!WARNING]\n> %s\n", strings.ReplaceAll(warning, "\n", "\n> "))
	}
	return text.String()
}

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
