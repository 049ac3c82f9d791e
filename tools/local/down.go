package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/techcommerce/platform/tools/local/internal/step"
)

// down destroys the stack, stops the cluster and removes its data, the backend and the images: everything but the
// toolchain's cache and the Debian packages.
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
	for _, path := range []string{
		s.path("pulumi"), s.path("images"), s.path("images.json"), s.path("kubeconfig"), s.path("context.kubeconfig"),
		filepath.Dir(binary), s.path("beside"),
		// What the pipeline's targets left of this stack; those of others are not ours to remove.
		s.path("preview.json"), s.path("preview-" + stack + ".md"), s.path("deployer-" + stack + ".kubeconfig"),
	} {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	s.console.Sayf("gone but for %s, which makes the next make up quick (rm -r removes it)", s.cache)
	return nil
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
	if err := s.runIn(ctx, s.pulumiProgram(), "destroy", "--stack", stack, "--yes", "--skip-preview"); err != nil {
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
