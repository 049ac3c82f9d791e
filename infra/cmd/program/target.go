package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The two builds of the program.
const (
	whole = "whole"
	lean  = "lean"
)

// target is where Pulumi builds the program to.
type target struct {
	// main is the program's folder, relative the binary as Pulumi.yaml names it from there.
	main, relative string
}

func readTarget(dir string) (target, error) {
	var project struct {
		Main    string
		Runtime struct {
			Options struct {
				BuildTarget string `yaml:"buildTarget"`
			}
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "Pulumi.yaml"))
	if err != nil {
		return target{}, err
	}
	if err := yaml.Unmarshal(text, &project); err != nil {
		return target{}, fmt.Errorf("read Pulumi.yaml: %w", err)
	}
	if project.Main == "" || project.Runtime.Options.BuildTarget == "" {
		return target{}, errors.New("read Pulumi.yaml: want main and runtime.options.buildTarget")
	}
	return target{main: filepath.Join(dir, project.Main), relative: project.Runtime.Options.BuildTarget}, nil
}

func (t target) binary() string          { return filepath.Join(t.main, t.relative) }
func (t target) kept(kind string) string { return t.binary() + "." + kind }

// restore puts the binary of a kind where Pulumi builds it, if one was kept: Go's build then finds nothing to link unless
// the source has changed. A binary of the other kind that Pulumi has built meanwhile is kept first.
func (t target) restore(kind string) error {
	other := map[string]string{whole: lean, lean: whole}[kind]
	if err := t.keepUnlessKept(kind, other); err != nil {
		return err
	}
	if _, err := os.Stat(t.kept(kind)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return link(t.kept(kind), t.binary())
}

// keepUnlessKept keeps the binary that is there under the other kind's name, unless it is the one of this kind.
func (t target) keepUnlessKept(kind, other string) error {
	there, err := os.Stat(t.binary())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if known, err := os.Stat(t.kept(kind)); err == nil && os.SameFile(there, known) {
		return nil
	}
	tags, err := tagsOf(t.binary())
	if err != nil || slices.Contains(tags, lean) != (other == lean) {
		return err
	}
	return link(t.binary(), t.kept(other))
}

// keep keeps the binary that has been built.
func (t target) keep(kind string) error { return link(t.binary(), t.kept(kind)) }

// link makes a second name for a file, in the place of what had that name.
func link(from, to string) error {
	fresh := to + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Link(from, fresh); err != nil {
		return err
	}
	// Renaming a name of a file over another name of the same file leaves both there.
	defer func() { _ = os.Remove(fresh) }()
	return os.Rename(fresh, to)
}

// environ is this process' environment with the build constraint of a kind, and no other of ours.
func environ(kind string) []string {
	return append(os.Environ(), "GOFLAGS="+flags(os.Getenv("GOFLAGS"), kind))
}

// flags adds the constraint to GOFLAGS, or takes it away, and leaves everything else as it is.
func flags(given, kind string) string {
	var kept, tags []string
	for _, flag := range strings.Fields(given) {
		list, ok := strings.CutPrefix(flag, "-tags=")
		if !ok {
			kept = append(kept, flag)
			continue
		}
		tags = slices.DeleteFunc(strings.Split(list, ","), func(tag string) bool { return tag == lean || tag == "" })
	}
	if kind == lean {
		tags = append(tags, lean)
	}
	if len(tags) > 0 {
		kept = append(kept, "-tags="+strings.Join(tags, ","))
	}
	return strings.Join(kept, " ")
}
