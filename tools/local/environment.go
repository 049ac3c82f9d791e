package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// passphrase encrypts the local stack's secrets. It is no secret itself: they protect a shop on one's own machine.
const passphrase = "techcommerce-local"

// environment is what the stock Pulumi CLI and kubectl need to work on the local stack.
func (s *session) environment() [][2]string {
	variables := [][2]string{
		{"PATH", s.path("bin") + ":" + os.Getenv("PATH")},
		{"KUBECONFIG", s.path("kubeconfig")},
		{"PULUMI_HOME", s.path("pulumi", "home")},
		{"PULUMI_BACKEND_URL", "file://" + s.path("pulumi", "state")},
		{"PULUMI_CONFIG_PASSPHRASE", passphrase},
		{"PULUMI_SKIP_UPDATE_CHECK", "true"},
		// The local stack has no Datadog, whose SDK takes minutes and gigabytes of memory to compile.
		{"GOFLAGS", leanFlags(os.Getenv("GOFLAGS"))},
	}
	if s.hasProvider() {
		// go.mod names Datadog's provider as well, and Pulumi would fetch that, which no resource here needs.
		variables = append(variables, [2]string{"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "true"})
	}
	return variables
}

// hasProvider reports whether the one provider that the local stack needs is installed.
func (s *session) hasProvider() bool {
	found, err := filepath.Glob(s.path("pulumi", "home", "plugins", "resource-kubernetes-v*", "pulumi-resource-kubernetes"))
	return err == nil && len(found) > 0
}

// leanFlags adds the build constraint that leaves Datadog out of the program to GOFLAGS.
func leanFlags(given string) string {
	var flags []string
	tags := "lean"
	for _, flag := range strings.Fields(given) {
		list, ok := strings.CutPrefix(flag, "-tags=")
		if !ok {
			flags = append(flags, flag)
			continue
		}
		for _, tag := range strings.Split(list, ",") {
			if tag != "lean" && tag != "" {
				tags = tag + "," + tags
			}
		}
	}
	return strings.Join(append(flags, "-tags="+tags), " ")
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
	if err := s.prepareBackend(); err != nil {
		return err
	}
	_, built := exec.LookPath(s.path("bin", "pulumi"))
	if _, installed := exec.LookPath("pulumi"); built != nil && installed != nil {
		fmt.Fprintln(os.Stderr, "pulumi is not built here yet: run make up, or make tools for the tools alone")
	}
	for _, variable := range s.environment() {
		fmt.Printf("export %s='%s'\n", variable[0], strings.ReplaceAll(variable[1], "'", `'\''`))
	}
	return nil
}
