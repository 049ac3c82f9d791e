// Command deployer makes the account that a pipeline works on one stack with. An administrator of the cluster runs it once
// for each stack, and again when the stack declares a new kind of object or the token is about to end. The account may do
// what bringing up, looking at and destroying that stack takes, and nothing of another's; what that is, the stack's own
// declaration says.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/techcommerce/platform/infra/internal/api"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "\n"+err.Error())
		os.Exit(1)
	}
}

// options is what the command line says.
type options struct {
	stack string
	// days is how long the token lives.
	days int
	// show prints the account and makes nothing; remove takes it away.
	show, remove bool
	// preview is for an account that can do nothing but try.
	preview bool
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("deployer", flag.ContinueOnError)
	flags.StringVar(&o.stack, "stack", "", "the stack's name")
	flags.IntVar(&o.days, "days", 30, "how long the token lives")
	flags.BoolVar(&o.show, "show", false, "print what would be made on the cluster, and make nothing")
	flags.BoolVar(&o.remove, "remove", false, "take the account away, and its tokens with it")
	flags.BoolVar(&o.preview, "preview", false, "an account for pull requests: every write of it must be a dry run")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	var problems []error
	if o.stack == "" {
		problems = append(problems, errors.New("which stack? (make deployer STACK=staging)"))
	}
	if o.days < 1 {
		problems = append(problems, fmt.Errorf("days: %d, want at least 1", o.days))
	}
	return o, errors.Join(problems...)
}

func run(ctx context.Context, args []string, out io.Writer) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	if o.remove {
		return remove(ctx, o, out)
	}
	stack, err := preview(ctx, o.stack)
	if err != nil {
		return err
	}
	client, err := api.Open(stack.Context)
	if err != nil {
		return err
	}
	a, err := derive(ctx, client, o.stack, stack)
	if err != nil {
		return err
	}
	if o.preview {
		a = a.Previewing()
	}
	if o.show {
		return show(a, out)
	}
	if err := a.Install(ctx, client); err != nil {
		return err
	}
	return admit(ctx, client, a, entry{
		stack: o.stack, context: stack.Context, lifetime: time.Duration(o.days) * 24 * time.Hour, out: out,
	})
}
