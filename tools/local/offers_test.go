package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestQuickerWaysAreThoseOfTheMachine: what is offered is what works here.
func TestQuickerWaysAreThoseOfTheMachine(t *testing.T) {
	for _, test := range []struct {
		name     string
		programs map[string]string
		pulumi   bool
		want     string
	}{
		{name: "a bare machine", want: "make run"},
		{name: "Docker and kind", programs: map[string]string{"docker": "echo 28.1", "kind": ""},
			want: "kind create cluster && make up KUBE_CONTEXT=kind-kind    builds what deploys"},
		{name: "kind without a running Docker", programs: map[string]string{"docker": "exit 1", "kind": ""}, want: "make run"},
		{name: "Docker, minikube and pulumi", programs: map[string]string{"docker": "echo 28.1", "minikube": ""}, pulumi: true,
			want: "make up KUBE_CONTEXT=minikube    builds no tools"},
		{name: "a kind cluster that is there", programs: map[string]string{"docker": "echo 28.1", "kind": "", "kubectl": "echo kind-dev"},
			want: "make up KUBE_CONTEXT=kind-dev    "},
		{name: "another context", programs: map[string]string{"kubectl": "echo team-dev"},
			want: "make up KUBE_CONTEXT=team-dev IMAGE_REGISTRY="},
		{name: "production", programs: map[string]string{"kubectl": "echo prod-eu"}, want: "make run"},
		{name: "a Docker that hangs", programs: map[string]string{"docker": "exec sleep 60", "kind": ""}, want: "make run"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, script := range test.programs {
				if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			t.Setenv("PATH", dir)
			if _, err := os.Stat("/bin/sleep"); err == nil {
				if err := os.Symlink("/bin/sleep", filepath.Join(dir, "sleep")); err != nil {
					t.Fatal(err)
				}
			}
			ways := quickerWays(t.Context(), test.pulumi)
			if last := ways[len(ways)-1]; !strings.HasPrefix(ways[0], "make run") || !strings.Contains(last, test.want) {
				t.Errorf("got %q, want %q", ways, test.want)
			}
		})
	}
}
