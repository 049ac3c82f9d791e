package main

import (
	"context"
	"os/exec"
	"strings"
	"time"
)

// askLimit is how long a program of the machine may take to say what it has.
const askLimit = 3 * time.Second

// offerQuickerWays says, before tools are built for minutes, which ways this machine has that need fewer of them.
func (s *session) offerQuickerWays(ctx context.Context) error {
	hosting, err := s.hosting()
	if err != nil {
		return err
	}
	builder := s.builder()
	missing, err := builder.Missing(hosting)
	if err != nil || missing == 0 {
		return err
	}
	if lines := quickerWays(ctx, builder.OnMachine(ctx) != nil); len(lines) > 0 {
		s.console.Sayf("Quicker here (Ctrl-C, then):\n  %s", strings.Join(lines, "\n  "))
	}
	return nil
}

// quickerWays lists commands with what they cost, the quickest first. pulumi says that the machine has all that deploys.
func quickerWays(ctx context.Context, pulumi bool) []string {
	ways := []string{"make run    the shop without a cluster, in about a minute"}
	cost := "builds what deploys, less than half of the work"
	if pulumi {
		cost = "builds no tools, since pulumi is here: about three minutes"
	}
	docker := answers(ctx, "docker", "info", "--format", "{{.ServerVersion}}") != ""
	current := answers(ctx, "kubectl", "config", "current-context")
	switch {
	case strings.HasPrefix(current, "kind-"), strings.HasPrefix(current, "minikube"):
		ways = append(ways, "make up KUBE_CONTEXT="+current+"    "+cost)
	case docker && has("kind"):
		ways = append(ways, "kind create cluster && make up KUBE_CONTEXT=kind-kind    "+cost)
	case docker && has("minikube"):
		ways = append(ways, "minikube start --cni calico && make up KUBE_CONTEXT=minikube    "+cost)
	case current != "" && !looksLikeProduction.MatchString(current):
		ways = append(ways, "make up KUBE_CONTEXT="+current+" IMAGE_REGISTRY=<where it pulls from>    "+cost)
	}
	return ways
}

func has(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}

// answers is what a program of the machine prints; nothing if it is not there, fails or takes too long.
func answers(ctx context.Context, program string, args ...string) string {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	command := exec.CommandContext(ctx, program, args...)
	command.WaitDelay = time.Second
	text, err := command.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
