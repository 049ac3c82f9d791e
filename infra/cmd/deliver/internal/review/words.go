package review

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func upper(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// list joins paths as code; a long list is cut.
func list(paths []string) string {
	const most = 6
	var quoted []string
	for _, path := range paths[:min(len(paths), most)] {
		quoted = append(quoted, "`"+path+"`")
	}
	if len(paths) > most {
		quoted = append(quoted, fmt.Sprintf("%d more", len(paths)-most))
	}
	return strings.Join(quoted, ", ")
}

// short is the last words of a path.
func short(path string) string {
	parts := strings.Split(path, ".")
	return "`" + strings.Join(parts[max(0, len(parts)-2):], ".") + "`"
}

func show(value any) string {
	if value == nil {
		return "none"
	}
	return fmt.Sprint(value)
}

// tops are the first parts of all the paths that differ.
func (s step) tops() []string {
	tops := map[string]bool{}
	for path := range s.DetailedDiff {
		top, _, _ := strings.Cut(path, ".")
		tops[top] = true
	}
	return slices.Sorted(maps.Keys(tops))
}
