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
	// Wait is how long to wait for somebody else's update of the stack to end.
	Wait time.Duration
}

// Run runs pulumi on the stack, its words going out.
func (s Stack) Run(ctx context.Context, args ...string) error {
	command := s.command(ctx, append(args, "--stack", s.Name))
	command.Stdout, command.Stderr = s.Out, s.Out
	if err := command.Run(); err != nil {
		return fmt.Errorf("pulumi %s: %w", strings.Join(command.Args[1:], " "), settings.Explain(err))
	}
	return nil
}

// Preview is what an update would do, as pulumi preview --json says it. A preview that fails has said why.
func (s Stack) Preview(ctx context.Context, flags ...string) ([]byte, error) {
	args := append([]string{"preview", "--json", "--stack", s.Name}, flags...)
	command := s.command(ctx, args)
	text, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && json.Valid(text) && len(text) > 0 {
		return text, nil
	}
	if errors.As(err, &exit) {
		err = errors.New(Plain(strings.TrimSpace(string(exit.Stderr))))
	}
	if err != nil {
		return nil, fmt.Errorf("pulumi preview: %w", settings.Explain(err))
	}
	return text, nil
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
		return fmt.Errorf("%s: %s (%w)", what, Plain(string(bytes.TrimSpace(exit.Stderr))), err)
	}
	if err != nil {
		return settings.Explain(err)
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
	Cluster   string            `json:"clusterUid"`
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

// Resource is one resource of the stack's state.
type Resource struct {
	URN     string         `json:"urn"`
	Type    string         `json:"type"`
	Custom  bool           `json:"custom"`
	Protect bool           `json:"protect"`
	ID      string         `json:"id"`
	Inputs  map[string]any `json:"inputs"`
}

// State is what the stack's state holds.
type State struct {
	// Resources have their secrets in clear.
	Resources []Resource `json:"resources"`
	// Pending are operations that were under way when an update was cut off.
	Pending []struct {
		Type     string   `json:"type"`
		Resource Resource `json:"resource"`
	} `json:"pending_operations"`
}

// State reads the stack's state.
func (s Stack) State(ctx context.Context) (State, error) {
	var export struct {
		Deployment State `json:"deployment"`
	}
	err := s.read(ctx, &export, "stack", "export", "--show-secrets")
	return export.Deployment, err
}

// IsObject says whether the resource is an object of a cluster, of which the inputs are its declaration.
func (r Resource) IsObject() bool {
	kind, _ := r.Inputs["kind"].(string)
	return r.Custom && kind != "" && strings.HasPrefix(r.Type, "kubernetes:")
}

// Object is what people call an object of Kubernetes: Deployment techcommerce/frontend.
func (r Resource) Object() string {
	object := unstructured.Unstructured{Object: r.Inputs}
	return object.GetKind() + " " + strings.TrimPrefix(object.GetNamespace()+"/"+object.GetName(), "/")
}
