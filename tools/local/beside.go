package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/techcommerce/platform/tools/local/internal/step"
)

// destroyBeside deletes what a benchmark that was killed has left beside the shop. It writes the environment of its stack
// down in .local/beside before it makes anything, and takes the note away when it has cleaned up. A cluster of our own
// goes with all that is on it.
func (s *session) destroyBeside(ctx context.Context) error {
	notes, err := os.ReadDir(s.path("beside"))
	if errors.Is(err, os.ErrNotExist) || err == nil && !s.elsewhere() {
		return nil
	}
	if err != nil {
		return err
	}
	kubectl, err := s.kubectlProgram(ctx)
	if err != nil {
		return err
	}
	for _, note := range notes {
		s.console.Sayf("deleting what a benchmark has left: environment %s", note.Name())
		output, err := exec.CommandContext(ctx, kubectl, "--kubeconfig", s.path("kubeconfig"), "delete",
			"namespaces,validatingadmissionpolicies,validatingadmissionpolicybindings", "--selector",
			"app.kubernetes.io/part-of=techcommerce,environment="+note.Name(), "--ignore-not-found").CombinedOutput()
		if err != nil {
			return &step.Problem{
				What: "deleting what a benchmark has left", Cause: fmt.Errorf("%w\n%s", err, output),
				Mend: "Mend what the lines above say and run make down again.",
			}
		}
	}
	return nil
}
