package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/techcommerce/platform/infra/dashboards"
)

// links are the addresses that make status prints.
type links struct{ shop, alerts, graphs string }

func findLinks(ctx context.Context) (links, error) {
	status := exec.CommandContext(ctx, "make", "--no-print-directory", "--silent", "status")
	status.Stderr = os.Stderr
	text, err := status.Output()
	if err != nil {
		return links{}, fmt.Errorf("make status: %w (bring everything up first: make up)", err)
	}
	return readLinks(string(text))
}

func readLinks(status string) (links, error) {
	named := map[string]string{}
	for line := range strings.Lines(status) {
		if fields := strings.Fields(line); len(fields) == 2 && strings.HasPrefix(fields[1], "http") {
			named[strings.TrimSuffix(fields[0], ":")] = fields[1]
		}
	}
	var problems []error
	link := func(name string) string {
		if named[name] == "" {
			problems = append(problems, fmt.Errorf("make status prints no address of %s: is the stack up, with monitoring?", name))
		}
		return named[name]
	}
	found := links{shop: link("shop"), alerts: link("alerts"), graphs: link(string(dashboards.Overview))}
	return found, errors.Join(problems...)
}
