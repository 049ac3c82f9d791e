package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
	"sigs.k8s.io/yaml"

	"github.com/techcommerce/platform/tools/local/internal/process"
	"github.com/techcommerce/platform/tools/local/internal/step"
)

// stack is the stack that make works on.
const stack = "local"

// prepareBackend makes the folders that Pulumi works in: it does not log in to one that is not there.
func (s *session) prepareBackend() error {
	return errors.Join(os.MkdirAll(s.path("pulumi", "state"), 0o755), s.silencePulumi())
}

// prepareStack makes the backend, installs the provider's plugin and creates the stack, where they are missing.
func (s *session) prepareStack(ctx context.Context) error {
	if err := s.prepareBackend(); err != nil {
		return err
	}
	if err := s.installProvider(ctx); err != nil {
		return err
	}
	if err := s.console.Do("the program, without Datadog (build constraint lean: docs/datadog.md)", func() error { return s.compileProgram(ctx) }); err != nil {
		return err
	}
	if err := s.releaseAbandonedLocks(ctx); err != nil {
		return err
	}
	if _, err := os.Stat(s.stackFile()); err == nil {
		return nil
	}
	_, err := s.pulumi(ctx, "stack", "init", stack)
	return err
}

func (s *session) stackFile() string {
	return s.path("pulumi", "state", ".pulumi", "stacks", "techcommerce", stack+".json")
}

// installProvider installs the Kubernetes provider as Pulumi would do it from the network.
func (s *session) installProvider(ctx context.Context) error {
	binary, ok := s.programs["pulumi-resource-kubernetes"]
	if !ok {
		return nil
	}
	version, err := s.builder().ProviderVersion()
	if err != nil {
		return err
	}
	installed := s.path("pulumi", "home", "plugins", "resource-kubernetes-v"+version, filepath.Base(binary))
	if same, err := sameSize(installed, binary); err == nil && same {
		return nil
	}
	_, err = s.pulumi(ctx, "plugin", "install", "resource", "kubernetes", version, "--file", binary, "--reinstall")
	return err
}

// compileProgram builds the Pulumi program as the language host does it. The first time takes a minute or more, because
// of the Kubernetes SDK, and belongs to the toolchain rather than to the stack's own time.
func (s *session) compileProgram(ctx context.Context) error {
	command := process.Group(exec.CommandContext(ctx, "go", "run", "./infra/cmd/program", "lean"))
	command.Dir, command.Env = s.repository, s.environ()
	if output, err := command.CombinedOutput(); err != nil {
		return &step.Problem{
			What: "building the program in infra", Cause: fmt.Errorf("%w\n%s", err, output),
			Mend: "Mend the lines named above and run the same command again.",
		}
	}
	return nil
}

// project is what Pulumi.yaml says about the program.
type project struct {
	// Main is the program's folder.
	Main    string
	Runtime struct {
		Options struct {
			// BuildTarget is the binary, relative to Main.
			BuildTarget string
		}
	}
}

func (s *session) project() (project, error) {
	var p project
	text, err := os.ReadFile(filepath.Join(s.repository, "Pulumi.yaml"))
	if err != nil {
		return p, err
	}
	if err := yaml.Unmarshal(text, &p); err != nil {
		return p, fmt.Errorf("Pulumi.yaml: %w", err)
	}
	if p.Main == "" || p.Runtime.Options.BuildTarget == "" {
		return p, errors.New("Pulumi.yaml: want main and runtime.options.buildTarget")
	}
	return p, nil
}

// monitored reports whether the local stack has monitoring, whose programs take minutes to build, and it is its turn.
func (s *session) monitored() (bool, error) {
	if s.shopOnly {
		return false, nil
	}
	var settings struct {
		Config map[string]any
	}
	text, err := os.ReadFile(filepath.Join(s.repository, "Pulumi."+stack+".yaml"))
	if err != nil {
		return false, err
	}
	if err := yaml.Unmarshal(text, &settings); err != nil {
		return false, fmt.Errorf("Pulumi.%s.yaml: %w", stack, err)
	}
	return settings.Config["techcommerce:monitoring"] != nil, nil
}

func sameSize(a, b string) (bool, error) {
	first, err := os.Stat(a)
	if err != nil {
		return false, err
	}
	second, err := os.Stat(b)
	return err == nil && first.Size() == second.Size(), err
}

// releaseAbandonedLocks lifts the stack's lock where the process that took it on this machine is gone, as after a kill.
func (s *session) releaseAbandonedLocks(ctx context.Context) error {
	locks, err := filepath.Glob(s.path("pulumi", "state", ".pulumi", "locks", "organization", "techcommerce", stack, "*.json"))
	if err != nil {
		return err
	}
	for _, path := range locks {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var lock struct{ PID int }
		if err := json.Unmarshal(text, &lock); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if unix.Kill(lock.PID, 0) == nil {
			return &step.Problem{
				What: fmt.Sprintf("a pulumi command is at work on the stack %s (process %d)", stack, lock.PID),
				Mend: "Wait for it, or end it, and run the same command again.",
			}
		}
		s.console.Sayf("  an update was cut off before; going on from what it had done")
		if _, err := s.pulumi(ctx, "cancel", "--yes", "--stack", stack); err != nil {
			return err
		}
	}
	return nil
}

// pulumi runs the Pulumi CLI quietly and returns what it prints.
func (s *session) pulumi(ctx context.Context, args ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, s.pulumiProgram(), args...)
	command.Dir = s.repository
	command.Env = s.environ()
	output, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, fmt.Errorf("pulumi %s: %w\n%s%s", strings.Join(args, " "), err, output, exit.Stderr)
	}
	return output, err
}

func (s *session) pulumiProgram() string { return s.path("bin", "pulumi") }

// outputs are the stack's outputs.
func (s *session) outputs(ctx context.Context) (map[string]any, error) {
	text, err := s.pulumi(ctx, "stack", "output", "--json", "--stack", stack)
	if err != nil {
		return nil, err
	}
	outputs := map[string]any{}
	if err := json.Unmarshal(text, &outputs); err != nil {
		return nil, fmt.Errorf("pulumi stack output: %w", err)
	}
	return outputs, nil
}
