// Command datadog asks Datadog whether it knows a stack's keys: go run ./infra/cmd/datadog staging. It prints neither.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/techcommerce/platform/infra/datadog/account"
	"github.com/techcommerce/platform/infra/internal/settings"
)

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
	stack, err := settings.Read(ctx, "", args[0])
	if err != nil {
		return err
	}
	if !stack.DatadogOn() {
		_, err := fmt.Fprintf(out, "%s does without Datadog: %s\n", stack.Name, stack.Off()["datadog"])
		return err
	}
	keys := account.Of(stack)
	if err := keys.Check(ctx); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s knows both keys of %s\n", keys.API, stack.Name)
	return err
}
