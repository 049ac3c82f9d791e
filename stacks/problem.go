package stacks

import (
	"cmp"
	"fmt"
	"reflect"
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

// under lists the problems of one setting.
func (p problems) under(path string) []Problem {
	var found []Problem
	for _, problem := range p {
		if problem.Path == path {
			found = append(found, problem)
		}
	}
	return found
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

// unknown is the rule for a key that is none of known: the nearest of them, else a setting elsewhere with that name.
func unknown(key string, known []string) string {
	if near := nearest(key, known, len(key)/2); near != "" {
		return fmt.Sprintf("unknown key, did you mean %q?", near)
	}
	for _, path := range paths(reflect.TypeFor[Stack](), "") {
		if last := path[strings.LastIndex(path, ".")+1:]; nearest(key, []string{last}, len(key)/4) != "" {
			return fmt.Sprintf("unknown key here, did you mean %s?", path)
		}
	}
	return "unknown key, known are " + strings.Join(known, ", ")
}

// nearest is the candidate that differs least from the key, "" if all differ in more letters than the limit.
func nearest(key string, candidates []string, limit int) string {
	near, distance := "", limit+1
	for _, candidate := range candidates {
		d := levenshtein.DistanceForStrings([]rune(key), []rune(candidate), levenshtein.DefaultOptionsWithSub)
		if d < distance {
			near, distance = candidate, d
		}
	}
	for _, candidate := range candidates {
		if near == "" && strings.Contains(key, candidate) {
			near = candidate
		}
	}
	return near
}

// paths lists every setting below a type; <service> stands for any service.
func paths(t reflect.Type, prefix string) []string {
	var list []string
	for _, field := range derivedFields(t) {
		list = append(list, prefix+field.Key)
	}
	if t == reflect.TypeFor[Pairs]() {
		return list
	}
	switch t.Kind() {
	case reflect.Pointer:
		return paths(t.Elem(), prefix)
	case reflect.Map:
		return append(list, paths(t.Elem(), prefix+"<service>.")...)
	case reflect.Struct:
		for i := range t.NumField() {
			if key := keyOf(t.Field(i)); key != "" {
				list = append(append(list, prefix+key), paths(t.Field(i).Type, prefix+key+".")...)
			}
		}
	}
	return list
}
