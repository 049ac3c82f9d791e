// Package stack works on a stack through the stock Pulumi CLI, so that it makes no difference where the state is kept.
package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/techcommerce/platform/infra/internal/settings"
	"github.com/techcommerce/platform/infra/releases"
	"github.com/techcommerce/platform/stacks"
)

// Stack is one stack of the program in a checkout.
type Stack struct {
	// Name is the stack's name.
	Name string
	// Dir is the root of the checkout.
	Dir string
	// Out is where Pulumi's own words go.
	Out io.Writer
}

// Run runs pulumi on the stack, its words going out.
func (s Stack) Run(ctx context.Context, args ...string) error {
	command := s.command(ctx, append(args, "--stack", s.Name))
	command.Stdout, command.Stderr = s.Out, s.Out
	if err := command.Run(); err != nil {
		return fmt.Errorf("pulumi %s: %w", strings.Join(command.Args[1:], " "), err)
	}
	return nil
}

// read runs pulumi on the stack for the JSON that it prints.
func (s Stack) read(ctx context.Context, into any, args ...string) error {
	return decode(s.command(ctx, append(args, "--stack", s.Name)), into)
}

func decode(command *exec.Cmd, into any) error {
	what := strings.Join(command.Args, " ")
	text, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("%s: %w\n%s", what, err, bytes.TrimSpace(exit.Stderr))
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// endLimit is how long an interrupted pulumi may take to end what is under way and to write down what it did.
const endLimit = 2 * time.Minute

// command is pulumi in the checkout. Killed, it would leave a lock and a state that is not what is there; interrupted, and
// once only, it ends in order. So it does not get the terminal's interrupt beside ours.
func (s Stack) command(ctx context.Context, args []string) *exec.Cmd {
	command := exec.CommandContext(ctx, "pulumi", args...)
	command.Dir = s.Dir
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = endLimit
	return command
}

// Exists says whether the backend knows the stack.
func (s Stack) Exists(ctx context.Context) (bool, error) {
	var list []struct{ Name string }
	err := decode(s.command(ctx, []string{"stack", "ls", "--json"}), &list)
	return slices.ContainsFunc(list, func(one struct{ Name string }) bool { return path.Base(one.Name) == s.Name }), err
}

// Outputs are the stack's outputs, secrets in clear.
type Outputs struct {
	URLs      []string          `json:"urls"`
	Namespace string            `json:"namespace"`
	Images    map[string]string `json:"images"`
	Revision  string            `json:"revision"`
	Releases  string            `json:"releases"`
}

// Outputs reads what the last successful update left.
func (s Stack) Outputs(ctx context.Context) (Outputs, error) {
	var outputs Outputs
	err := s.read(ctx, &outputs, "stack", "output", "--json", "--show-secrets")
	return outputs, err
}

// Settings are what the stack's file says, secrets in clear.
func (s Stack) Settings(ctx context.Context) (stacks.Stack, error) {
	return settings.Read(ctx, s.Dir, s.Name)
}

// Releases are the stack's records, newest first.
func (s Stack) Releases(ctx context.Context) ([]releases.Record, error) {
	outputs, err := s.Outputs(ctx)
	if err != nil {
		return nil, err
	}
	return releases.Parse(outputs.Releases)
}

// LastUpdateFailed says whether the newest update of the stack's history did not succeed: its outputs then are those of
// the release before.
func (s Stack) LastUpdateFailed(ctx context.Context) (bool, error) {
	var history []struct{ Kind, Result string }
	if err := s.read(ctx, &history, "stack", "history", "--json", "--page-size", "10", "--page", "1"); err != nil {
		return false, err
	}
	for _, update := range history {
		if update.Kind == "update" {
			return update.Result == "failed", nil
		}
	}
	return false, nil
}

// Resource is one resource of the stack's state.
type Resource struct {
	URN     string         `json:"urn"`
	Type    string         `json:"type"`
	Custom  bool           `json:"custom"`
	Protect bool           `json:"protect"`
	ID      string         `json:"id"`
	Inputs  map[string]any `json:"inputs"`
}

// Resources are what the stack's state holds, secrets in clear.
func (s Stack) Resources(ctx context.Context) ([]Resource, error) {
	var state struct {
		Deployment struct {
			Resources []Resource `json:"resources"`
		} `json:"deployment"`
	}
	err := s.read(ctx, &state, "stack", "export", "--show-secrets")
	return state.Deployment.Resources, err
}

// Object is what people call an object of Kubernetes: Deployment techcommerce/frontend.
func (r Resource) Object() string {
	object := unstructured.Unstructured{Object: r.Inputs}
	return object.GetKind() + " " + strings.TrimPrefix(object.GetNamespace()+"/"+object.GetName(), "/")
}
