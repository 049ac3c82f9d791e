// Package settings asks the stock Pulumi CLI for a stack's settings, for commands that are not run by it.
package settings

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/techcommerce/platform/stacks"
)

// project is how the keys of the program's own settings begin.
const project = "techcommerce:"

// Read reads the settings of a stack of the project in a folder, its secrets decrypted.
func Read(ctx context.Context, dir, stack string) (stacks.Stack, error) {
	command := exec.CommandContext(ctx, "pulumi", "config", "--json", "--show-secrets", "--stack", stack)
	command.Dir = dir
	text, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = errors.New(strings.TrimPrefix(string(bytes.TrimSpace(exit.Stderr)), "error: "))
	}
	var values map[string]struct {
		Value  string
		Secret bool
	}
	if err == nil {
		err = json.Unmarshal(text, &values)
	}
	if err != nil {
		return stacks.Stack{}, fmt.Errorf("the settings of %s: %w", stack, Explain(err))
	}
	source := stacks.Source{Stack: stack, Values: map[string]string{}}
	for key, value := range values {
		name, ours := strings.CutPrefix(key, project)
		if !ours {
			continue
		}
		source.Values[name] = value.Value
		if value.Secret {
			source.Secrets = append(source.Secrets, name)
		}
	}
	return stacks.Decode(source)
}

// Explain says what to do where there is no Pulumi CLI; any other error stays as it is.
func Explain(err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf(`pulumi is not installed, or not on the PATH: on this machine run eval "$(make env)" first (%w)`, err)
	}
	return err
}
