// Command datadog asks Datadog whether it knows a stack's keys: go run ./infra/cmd/datadog staging. It reads the stack's
// settings with the stock Pulumi CLI, and prints neither key.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/techcommerce/platform/infra/datadog/account"
	"github.com/techcommerce/platform/stacks"
)

const project = "techcommerce:"

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) != 1 {
		return errors.New("want one stack's name")
	}
	source, err := settings(ctx, args[0])
	if err != nil {
		return err
	}
	stack, err := stacks.Decode(source)
	if err != nil {
		return err
	}
	if !stack.DatadogOn() {
		_, err := fmt.Fprintf(out, "%s does without Datadog: %s\n", stack.Name, stack.Off()["datadog"])
		return err
	}
	keys := account.Keys{
		API:    stack.Datadog.APIAddress(),
		APIKey: stack.Secrets[stacks.DatadogAPIKey].Reveal(), AppKey: stack.Secrets[stacks.DatadogAppKey].Reveal(),
	}
	if err := keys.Check(ctx); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s knows both keys of %s\n", keys.API, stack.Name)
	return err
}

// settings asks the CLI for the stack's settings, decrypted.
func settings(ctx context.Context, stack string) (stacks.Source, error) {
	source := stacks.Source{Stack: stack, Values: map[string]string{}}
	command := exec.CommandContext(ctx, "pulumi", "config", "--json", "--show-secrets", "--stack", stack)
	command.Stderr = os.Stderr
	text, err := command.Output()
	if err != nil {
		return source, fmt.Errorf("pulumi config --stack %s: %w", stack, err)
	}
	var values map[string]struct {
		Value  string
		Secret bool
	}
	if err := json.Unmarshal(text, &values); err != nil {
		return source, fmt.Errorf("pulumi config --stack %s: %w", stack, err)
	}
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
	return source, nil
}
