package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/techcommerce/platform/tools/local/internal/step"
	"github.com/techcommerce/platform/tools/local/internal/toolchain"
)

// tools builds the toolchain and nothing else.
func tools(ctx context.Context, s *session) error {
	if err := s.checkHosting(); err != nil {
		return err
	}
	release, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	return s.prepareHosting(ctx)
}

// deployingTools brings only what deploys: Pulumi, its language host, the provider, kubectl.
func deployingTools(ctx context.Context, s *session) error {
	release, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := s.ensure(ctx, toolchain.Kubernetes); err != nil {
		return err
	}
	return s.installProvider(ctx)
}

// status shows where the shop is, what runs, and the stack's outputs.
func status(ctx context.Context, s *session) error {
	outputs, err := s.deployed(ctx)
	if err != nil {
		return err
	}
	at, err := s.shopAddress(ctx)
	if err != nil {
		return err
	}
	s.console.Sayf("shop: %s\n", at.url)
	if at.forward != "" {
		s.console.Sayf("      while this runs: %s\n", at.forward)
	}
	if links := monitoringText(outputs, at); links != "" {
		s.console.Sayf("%s", links)
	}
	kubectl, err := s.kubectlProgram(ctx)
	if err != nil {
		return err
	}
	if err := s.runIn(ctx, kubectl, "get", "pods", "--all-namespaces"); err != nil {
		return err
	}
	text, err := json.MarshalIndent(outputs, "", "  ")
	if err != nil {
		return err
	}
	s.console.Sayf("\noutputs: %s", text)
	return nil
}

// logs shows the last lines of the shop's pods.
func logs(ctx context.Context, s *session) error {
	outputs, err := s.deployed(ctx)
	if err != nil {
		return err
	}
	namespace, ok := outputs["namespace"].(string)
	if !ok {
		return fmt.Errorf("the stack has no output namespace, but %v", outputs)
	}
	kubectl, err := s.kubectlProgram(ctx)
	if err != nil {
		return err
	}
	return s.runIn(ctx, kubectl, "logs", "--namespace", namespace,
		"--selector", "app.kubernetes.io/part-of=techcommerce", "--prefix", "--tail", "20", "--max-log-requests", "50")
}

// deployed returns the stack's outputs, or says that there is none.
func (s *session) deployed(ctx context.Context) (map[string]any, error) {
	notUp := &step.Problem{What: "the shop is not up here", Mend: "make up brings it up."}
	if _, err := os.Stat(s.stackFile()); errors.Is(err, os.ErrNotExist) {
		return nil, notUp
	}
	if !s.elsewhere() {
		c, err := s.cluster()
		if err != nil {
			return nil, err
		}
		if running, err := c.Running(); err != nil || !running {
			notUp.What = "the cluster is stopped, its data kept"
			return nil, errors.Join(err, notUp)
		}
	}
	if err := s.ensure(ctx); err != nil {
		return nil, err
	}
	return s.outputs(ctx)
}
