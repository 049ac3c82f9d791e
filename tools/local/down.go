package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/techcommerce/platform/tools/local/internal/step"
)

// down destroys the stack, stops the cluster and removes its data, the backend and the images: everything but the
// toolchain, which other checkouts use as well, and the Debian packages.
func down(ctx context.Context, s *session) error {
	release, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := s.destroyStack(ctx); err != nil {
		return err
	}
	if err := s.destroyBeside(ctx); err != nil {
		return err
	}
	c, err := s.cluster()
	if err != nil {
		return err
	}
	if _, err := c.Stop(s.console); err != nil {
		return err
	}
	if err := c.Remove(); err != nil {
		return err
	}
	program, err := s.project()
	if err != nil {
		return err
	}
	binary := filepath.Join(s.repository, program.Main, program.Runtime.Options.BuildTarget)
	for _, path := range s.leftovers(binary) {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	s.console.Sayf("gone but for %s, the toolchain of all your checkouts, which makes the next make up quick (rm -r removes it)", s.cache)
	return nil
}

// leftovers are what is left in the checkout once the cluster is gone. What the pipeline's targets left of other stacks is
// not ours to remove, nor is a toolchain that LOCAL_CACHE keeps there.
func (s *session) leftovers(binary string) []string {
	paths := []string{
		s.path("pulumi"), s.path("images"), s.path("images.json"), s.path("kubeconfig"), s.path("context.kubeconfig"),
		filepath.Dir(binary), s.path("beside"),
		s.path("preview.json"), s.path("preview-" + stack + ".md"), s.path("deployer-" + stack + ".kubeconfig"),
	}
	// Checkouts had a toolchain each once.
	if old := s.path("cache"); s.cache != old && !strings.HasPrefix(s.cache, old+"/") {
		paths = append(paths, old)
	}
	return paths
}

// destroyStack destroys the stack where there is one, starting the cluster for it if need be.
func (s *session) destroyStack(ctx context.Context) error {
	if _, err := os.Stat(s.stackFile()); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err := s.reachCluster(ctx); err != nil {
		return err
	}
	if err := s.releaseAbandonedLocks(ctx); err != nil {
		return err
	}
	s.console.Sayf("pulumi destroy --stack %s", stack)
	if err := s.runIn(ctx, s.pulumiProgram(), "destroy", "--stack", stack, "--yes", "--skip-preview", "--refresh"); err != nil {
		return &step.Problem{
			What: "pulumi destroy", Cause: err,
			Mend: "The lines above say what stands in the way. Mend it and run make down again.",
		}
	}
	_, err := s.pulumi(ctx, "stack", "rm", stack, "--yes", "--preserve-config")
	return err
}

// reachCluster makes the cluster that the stack was deployed to answer.
func (s *session) reachCluster(ctx context.Context) error {
	if _, err := os.Readlink(s.path("kubeconfig")); err != nil {
		return fmt.Errorf("which cluster the stack is on: %w", err)
	}
	if s.elsewhere() {
		return s.ensure(ctx)
	}
	if err := s.prepareHosting(ctx); err != nil {
		return err
	}
	return s.hostCluster(ctx)
}
