package stack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/techcommerce/platform/infra/releases"
	"github.com/techcommerce/platform/stacks"
)

// imagesFile is where the program looks for builds that the settings do not name; settings may name another file, but
// then those are in the recorded settings too.
const imagesFile = ".local/images.json"

// At is the stack with a release's code, settings and builds laid out in a checkout of its own. Remove takes the checkout
// away again.
func (s Stack) At(ctx context.Context, r releases.Record) (at Stack, remove func() error, err error) {
	// Always the same place, so that Go finds there what it compiled the last time.
	dir := filepath.Join(s.Dir, ".local", "release")
	remove = func() error {
		_, err := s.git(context.WithoutCancel(ctx), "worktree", "remove", "--force", dir)
		return err
	}
	if _, err := os.Stat(dir); err == nil { // a rollback was cut off before
		if err := remove(); err != nil {
			return at, nil, err
		}
	}
	if _, err := s.git(ctx, "worktree", "add", "--detach", dir, r.Revision); err != nil {
		if shallow, asked := s.git(ctx, "rev-parse", "--is-shallow-repository"); asked == nil && strings.TrimSpace(shallow) == "true" {
			err = fmt.Errorf("%w (this clone is shallow and lacks it: git fetch --unshallow)", err)
		}
		return at, nil, fmt.Errorf("the code of %.12s: %w", r.Revision, err)
	}
	at = s
	at.Dir = dir
	return at, remove, at.layOut(r)
}

// CheckedOut is what an update from this checkout deploys, as far as it has files.
func (s Stack) CheckedOut() (releases.Record, error) {
	schema, err := releases.Schema(s.Dir)
	floor, unmarked := releases.Floor(s.Dir)
	r := releases.Record{Schema: schema, Floor: floor}
	r.Revision, r.Dirty = releases.Revision(s.Dir)
	settings, unread := os.ReadFile(s.File())
	r.Settings = string(settings)
	if errors.Is(unread, fs.ErrNotExist) {
		unread = nil // settings may be kept elsewhere
	}
	var builds struct{ Images map[string]string }
	text, unbuilt := os.ReadFile(filepath.Join(s.Dir, imagesFile))
	if unbuilt == nil {
		unbuilt = json.Unmarshal(text, &builds)
	}
	if errors.Is(unbuilt, fs.ErrNotExist) {
		unbuilt = nil // the settings name them
	}
	r.Images = builds.Images
	return r, errors.Join(err, unmarked, unread, unbuilt)
}

// File is where the stack's settings are.
func (s Stack) File() string { return filepath.Join(s.Dir, stacks.Source{Stack: s.Name}.File()) }

// layOut writes the recorded settings and builds where the program reads them.
func (s Stack) layOut(r releases.Record) error {
	builds, err := json.Marshal(map[string]any{"images": r.Images})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(s.Dir, filepath.Dir(imagesFile)), 0o755); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(s.Dir, imagesFile), builds, 0o644),
		os.WriteFile(s.File(), []byte(r.Settings), 0o644),
	)
}

// Precedes says whether one commit is an ancestor of another.
func (s Stack) Precedes(one, other string) bool {
	_, err := s.git(context.Background(), "merge-base", "--is-ancestor", one, other)
	return err == nil && one != other
}

func (s Stack) git(ctx context.Context, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "git", args...)
	command.Dir = s.Dir
	text, err := command.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("git %v: %w\n%s", args, err, text)
	}
	return string(text), nil
}
