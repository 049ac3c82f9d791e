package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/techcommerce/platform/stacks"
)

// release is what is being deployed: builds, and the source that declares them.
type release struct {
	// images has one build per service.
	images map[string]stacks.Image
	// others are the images that the local cluster was given of what is not ours, by name.
	others map[string]stacks.Image
	// revision is the git commit of the program, "unknown" outside a checkout.
	revision string
}

func readRelease(root string, stack stacks.Stack) (release, error) {
	content, err := os.ReadFile(filepath.Join(root, stack.Images.File))
	images, err := stack.Images.Resolve(content, err)
	if err != nil {
		return release{}, err
	}
	return release{images: images, others: stack.Images.Others(content), revision: revision(root)}, nil
}

// revision asks git. A tarball or a shallow container has none, which is no reason not to deploy.
func revision(root string) string {
	out, err := exec.Command("git", "-C", root, "rev-parse", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}
