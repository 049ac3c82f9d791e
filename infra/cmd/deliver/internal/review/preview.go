// Package review turns what pulumi preview --json prints into a summary for the person who has to approve it: the
// dangerous first, in words, and never a secret's value.
package review

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// preview is what we read of Pulumi's digest.
type preview struct {
	Steps []step `json:"steps"`
	// Diagnostics are the messages of the program and the engine.
	Diagnostics []struct {
		Message  string `json:"message"`
		Severity string `json:"severity"`
	} `json:"diagnostics"`
}

// step is one thing that the update would do to one resource.
type step struct {
	Op       string `json:"op"`
	URN      string `json:"urn"`
	OldState *state `json:"oldState"`
	NewState *state `json:"newState"`
	// DetailedDiff has the paths that differ, such as spec.replicas or data["key"].
	DetailedDiff map[string]struct {
		Kind string `json:"kind"`
	} `json:"detailedDiff"`
}

type state struct {
	Type           string         `json:"type"`
	Custom         bool           `json:"custom"`
	Protect        bool           `json:"protect"`
	RetainOnDelete bool           `json:"retainOnDelete"`
	Inputs         map[string]any `json:"inputs"`
}

func read(from io.Reader) (preview, error) {
	var p preview
	if err := json.NewDecoder(from).Decode(&p); err != nil {
		return p, fmt.Errorf("pulumi preview --json: %w", err)
	}
	// A replacement is three steps; the one named replace has both states.
	p.Steps = slices.DeleteFunc(p.Steps, func(s step) bool {
		return s.Op == "same" || s.Op == "read" || s.Op == "refresh" || s.Op == "create-replacement" || s.Op == "delete-replaced" || !s.state().Custom
	})
	return p, nil
}

// first says that the preview is of a stack's first deployment: all is made, its namespace too, and nothing was there.
func (p preview) first() bool {
	namespace := false
	for _, s := range p.Steps {
		if s.Op != "create" {
			return false
		}
		namespace = namespace || s.kind() == "Namespace"
	}
	return namespace
}

// state is the newest of the step's states.
func (s step) state() state {
	switch {
	case s.NewState != nil:
		return *s.NewState
	case s.OldState != nil:
		return *s.OldState
	}
	return state{}
}

// kind is the resource's kind without its package: Deployment.
func (s step) kind() string { return s.state().Type[strings.LastIndex(s.state().Type, ":")+1:] }

// name is what the resource is called: the object's own name, or the program's name for it.
func (s step) name() string {
	if name, ok := at(s.state().Inputs, "metadata.name").(string); ok {
		return name
	}
	return s.URN[strings.LastIndex(s.URN, "::")+2:]
}

func (s step) String() string { return s.kind() + " `" + s.name() + "`" }

// was and will are the values at a path before and after.
func (s step) was(path string) any {
	if s.OldState == nil {
		return nil
	}
	return at(s.OldState.Inputs, path)
}

func (s step) will(path string) any {
	if s.NewState == nil || s.Op == "delete" {
		return nil
	}
	return at(s.NewState.Inputs, path)
}

// changed lists the paths that differ, at or below one of the given.
func (s step) changed(paths ...string) []string {
	var found []string
	for path := range s.DetailedDiff {
		for _, prefix := range paths {
			if path == prefix || strings.HasPrefix(path, prefix+".") || strings.HasPrefix(path, prefix+"[") {
				found = append(found, path)
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func (s step) replaced() bool { return s.Op == "replace" }

// rolls says whether the pods of a Deployment that stays are replaced by others.
func (s step) rolls() bool {
	return s.Op == "update" && s.kind() == "Deployment" && !reflect.DeepEqual(s.was("spec.template"), s.will("spec.template"))
}

func (s step) gone() bool { return s.Op == "delete" || s.replaced() }

// key is one part of a path: a word, a list's index or a quoted key that may have dots in it.
var key = regexp.MustCompile(`\["([^"]+)"\]|\[(\d+)\]|([^.\[\]]+)`)

// at follows a path as the engine writes it, such as spec.containers[0].env or data["a.b"], through decoded JSON.
func at(value any, path string) any {
	for _, match := range key.FindAllStringSubmatch(path, -1) {
		key := match[1] + match[2] + match[3]
		switch container := value.(type) {
		case map[string]any:
			value = container[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i >= len(container) {
				return nil
			}
			value = container[i]
		default:
			return nil
		}
	}
	return value
}
