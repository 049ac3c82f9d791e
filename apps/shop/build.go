package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/techcommerce/platform/apps/contract"
)

// build builds every service as it is shipped. The same source gives the same bytes, so a service that was not touched
// is not restarted.
func (s *shop) build(ctx context.Context) error {
	arguments := []string{"build", "-buildvcs=false", "-o", filepath.Join(s.home, "bin") + string(filepath.Separator)}
	for _, service := range contract.Services() {
		arguments = append(arguments, "./apps/"+service.Name)
	}
	command := exec.CommandContext(ctx, "go", arguments...)
	command.Dir = s.root
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := command.CombinedOutput(); err != nil {
		return errors.Join(ctx.Err(), fmt.Errorf("go build: %w\n%s", err, said))
	}
	return nil
}

func (s *shop) binary(service contract.Service) string {
	return filepath.Join(s.home, "bin", service.Name)
}

// fingerprint changes whenever a file below apps/ or go.mod does. Looking twice a second costs nothing worth saving,
// and unlike the kernel's notices it works on every file system.
func fingerprint(root string) (string, error) {
	hash := sha256.New()
	note := func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		fmt.Fprintln(hash, path, info.Size(), info.ModTime().UnixNano())
		return nil
	}
	for _, place := range []string{"apps", "go.mod"} {
		if err := filepath.WalkDir(filepath.Join(root, place), note); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
