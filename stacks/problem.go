package stacks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/texttheater/golang-levenshtein/levenshtein"
)

// Problem is one thing wrong with a stack's settings.
type Problem struct {
	// Path is the setting as the operator typed it, for example services.frontend.replicas.
	Path string
	// Rule says what is there and what is wanted.
	Rule string
}

// Problems is everything wrong with a stack's settings.
type Problems struct {
	// File is where the settings are.
	File string
	// List is sorted by path, secrets last.
	List []Problem
}

// Error has one line per problem.
func (p *Problems) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %d problem", p.File, len(p.List))
	if len(p.List) > 1 {
		text.WriteString("s")
	}
	for _, problem := range p.List {
		fmt.Fprintf(&text, "\n  %s: %s", problem.Path, problem.Rule)
	}
	return text.String()
}

// problems collects while it goes.
type problems []Problem

func (p *problems) add(path, format string, args ...any) {
	*p = append(*p, Problem{Path: path, Rule: fmt.Sprintf(format, args...)})
}

func (p problems) err(file string) error {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Path, b.Path))
	})
	return &Problems{File: file, List: p}
}

// rank puts secrets last, so that the commands which set them stand together.
func rank(p Problem) int {
	if isSecret(p.Path) {
		return 1
	}
	return 0
}

// unknown is the rule for a key that is none of known.
func unknown(key string, known []string) string {
	nearest, distance := "", len(key)/2+1
	for _, candidate := range known {
		d := levenshtein.DistanceForStrings([]rune(key), []rune(candidate), levenshtein.DefaultOptionsWithSub)
		if d <= distance && (nearest == "" || d < distance) {
			nearest, distance = candidate, d
		}
	}
	for _, candidate := range known {
		if nearest == "" && strings.Contains(key, candidate) {
			nearest = candidate
		}
	}
	if nearest != "" {
		return fmt.Sprintf("unknown key, did you mean %q?", nearest)
	}
	return "unknown key, known are " + strings.Join(known, ", ")
}
