// Command deliver does the parts of a stack's life that the Pulumi CLI leaves to people: it says what a preview means,
// proves a deployment, rolls it back to the last good release, and finds what was changed by hand. Everything else it leaves to
// the stock CLI, which it runs. The Makefile and, through it, the pipeline are its users.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/canary"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/review"
	"github.com/techcommerce/platform/infra/cmd/deliver/internal/stack"
	"github.com/techcommerce/platform/infra/releases"
)

// command is one of the things that deliver does.
type command struct {
	usage string
	run   func(context.Context, job) error
}

func commands() map[string]command {
	return map[string]command{
		"preflight": {"say what the stack's cluster is and has, and what the stack lacks there", inspectCluster},
		"review":    {"read pulumi preview --json and say what it means", reviewPreview},
		"deploy":    {"pulumi up, prove that it runs, smoke test; roll back when it fails", deploy},
		"verify":    {"prove that what runs is what was declared, and try the shop", verify},
		"rollback":  {"bring the last good release back", rollback},
		"drift":     {"say what was changed by hand", findDrift},
		"revert":    {"make one object as it was deployed again", revert},
		"destroy":   {"take a stack away, but for what is protected", destroy},
		"prepare":   {"make the stack of a pull request", prepare},
		"remove":    {"destroy the stack of a pull request and forget it", takeAway},
		"where":     {"say where the shop of a pull request is", where},
	}
}

// job is what a command is to work on.
type job struct {
	stack stack.Stack
	// url is where the shop is, if the stack's outputs do not say it.
	url string
	// within is how long the shop may take to serve once its pods run.
	within time.Duration
	// by is who asks for it.
	by string
	// labels allow what is dangerous: those of the pull request.
	labels []string
	// to is the release to roll back to, object the one to revert, "all" for each that differs.
	to, object string
	// from is the file with the settings of every pull request's stack, domain what their shops' host names end in.
	from, domain string
	// watch reads the pods of a service that has a canary.
	watch func(o *operation, service string) (source canary.Source, stop func())
	in    io.Reader
	out   io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, func() {
		signal.Reset(syscall.SIGINT) // a second one ends this at once; pulumi then ends in order by itself
		fmt.Fprintln(os.Stderr, "\ninterrupted: ending in order, which takes up to two minutes; once more to leave it alone")
	})
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "\n"+err.Error())
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	do, j, err := parse(args, in, out)
	if err != nil {
		return err
	}
	return do.run(ctx, j)
}

// parse reads the command line.
func parse(args []string, in io.Reader, out io.Writer) (command, job, error) {
	flags := flag.NewFlagSet("deliver", flag.ContinueOnError)
	name := flags.String("stack", "", "the stack's name")
	url := flags.String("url", "", "where the shop is; default: the stack's first URL")
	within := flags.Duration("within", 90*time.Second, "how long the shop may take to serve once its pods run")
	labels := flags.String("labels", "", "the pull request's labels, separated by commas")
	wait := flags.Duration("wait", waitLimit, "how long to wait for another deployment of the stack to end")
	to := flags.String("to", "", "the release to roll back to, by the first digits of its commit; default: the last good one")
	object := flags.String("object", "", "the object to revert, such as 'Deployment techcommerce/frontend', or all")
	from := flags.String("from", "Pulumi.review.yaml", "the file with the settings of every pull request's stack")
	domain := flags.String("domain", "", "what the host names of pull requests' shops end in")
	var do command
	if len(args) > 0 {
		do = commands()[args[0]]
	}
	if do.run == nil {
		return do, job{}, fmt.Errorf("usage: deliver <command> -stack name\n%s", usage())
	}
	if err := flags.Parse(args[1:]); err != nil {
		return do, job{}, err
	}
	if *name == "" {
		return do, job{}, fmt.Errorf("%s: which stack? (make %s STACK=staging)", args[0], args[0])
	}
	dir, err := os.Getwd()
	if err != nil {
		return do, job{}, err
	}
	return do, job{
		stack: stack.Stack{Name: *name, Dir: dir, Out: out, Wait: *wait}, url: *url, within: *within, by: releases.Deployer(dir, os.Getenv),
		to: *to, object: *object, from: *from, domain: *domain, labels: strings.FieldsFunc(*labels, func(r rune) bool { return r == ',' }), in: in, out: out, watch: watchPods,
	}, nil
}

func usage() string {
	var lines []string
	for name, c := range commands() {
		lines = append(lines, fmt.Sprintf("  %-9s %s", name, c.usage))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// reviewPreview prints the report also when it is dangerous, so that the pipeline can show why it failed.
func reviewPreview(_ context.Context, j job) error {
	report, err := review.New(j.stack.Name, j.labels, j.in)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(j.out, report.Markdown()); err != nil {
		return err
	}
	return report.Err()
}
