// Command local brings what a bare machine lacks to run the shop: the toolchain, a Kubernetes, the images, and the
// environment that the stock Pulumi CLI then does the whole job in. The Makefile is its user.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/techcommerce/platform/tools/local/internal/step"
)

// commands are what the Makefile calls.
var commands = map[string]func(context.Context, *session) error{
	"up":           up,
	"down":         down,
	"status":       status,
	"logs":         logs,
	"env":          printEnvironment,
	"tools":        tools,
	"images":       buildImages,
	"services":     printServices,
	"publish":      publishImages,
	"deploying":    deployingTools,
	"cluster":      startCluster,
	"cluster-down": stopCluster,
}

// roles are what the cluster's own processes run as.
var roles = map[string]func(context.Context, []string) error{
	"keep": keep,
	"node": node,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "\n"+err.Error())
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 && roles[args[0]] != nil {
		return roles[args[0]](ctx, args[1:])
	}
	workspace, err := openWorkspace()
	if err != nil {
		return err
	}
	s := &session{workspace: workspace, console: step.NewConsole(os.Stdout)}
	if len(args) == 3 && args[0] == "image" {
		return buildImage(ctx, s, args[1], args[2])
	}
	if len(args) != 1 || commands[args[0]] == nil {
		return fmt.Errorf("usage: local up|down|status|logs|env|tools|deploying|images|services|publish|cluster|cluster-down (see make help), " +
			"or local image NAME FOLDER")
	}
	return commands[args[0]](ctx, s)
}
