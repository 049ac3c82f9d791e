package main

import (
	"context"
	"fmt"
	"os"
	"strings"
)

// passphrase encrypts the local stack's secrets. It is no secret itself: they protect a shop on one's own machine.
const passphrase = "techcommerce-local"

// environment is what the stock Pulumi CLI and kubectl need to work on the local stack.
func (s *session) environment() [][2]string {
	return [][2]string{
		{"PATH", s.path("bin") + ":" + os.Getenv("PATH")},
		{"KUBECONFIG", s.path("kubeconfig")},
		{"PULUMI_HOME", s.path("pulumi", "home")},
		{"PULUMI_BACKEND_URL", "file://" + s.path("pulumi", "state")},
		{"PULUMI_CONFIG_PASSPHRASE", passphrase},
		{"PULUMI_SKIP_UPDATE_CHECK", "true"},
	}
}

// environ is the process' environment with the session's variables in it.
func (s *session) environ() []string {
	environ := os.Environ()
	for _, variable := range s.environment() {
		environ = append(environ, variable[0]+"="+variable[1])
	}
	return environ
}

// printEnvironment prints the variables for a shell: eval "$(make env)".
func printEnvironment(_ context.Context, s *session) error {
	if err := s.silencePulumi(); err != nil {
		return err
	}
	for _, variable := range s.environment() {
		fmt.Printf("export %s='%s'\n", variable[0], strings.ReplaceAll(variable[1], "'", `'\''`))
	}
	return nil
}
