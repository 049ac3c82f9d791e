package main

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/empty"

	"github.com/techcommerce/platform/tools/local/internal/images"
	"github.com/techcommerce/platform/tools/local/internal/step"
)

func TestPublishedPorts(t *testing.T) {
	for _, test := range []struct {
		name, publish string
		want          []int
		problem       string
	}{
		{name: "defaults to the shop, Prometheus and Grafana", want: []int{30000, 30030, 30090}},
		{name: "none publishes nothing", publish: "none"},
		{name: "takes a list", publish: "30001, 30002", want: []int{30001, 30002}},
		{name: "refuses a port that is no NodePort", publish: "80", problem: `PUBLISH=80: "80" is no NodePort`},
		{name: "refuses a word", publish: "30000,all", problem: `"all" is no NodePort`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("PUBLISH", test.publish)
			got, err := publishedPorts()
			if test.problem != "" {
				if err == nil || !strings.Contains(err.Error(), test.problem) {
					t.Errorf("PUBLISH=%s: got %v, want %q", test.publish, err, test.problem)
				}
				return
			}
			if err != nil || !slices.Equal(got, test.want) {
				t.Errorf("PUBLISH=%s: got %v (%v), want %v", test.publish, got, err, test.want)
			}
		})
	}
}

func TestASecondCommandWaitsForTheFirst(t *testing.T) {
	said := make(said, 1)
	s := &session{workspace: workspace{local: t.TempDir()}, console: step.NewConsole(said)}
	release, err := s.lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second := make(chan error)
	go func() {
		_, err := s.lock(t.Context())
		second <- err
	}()
	if line := <-said; !strings.Contains(line, fmt.Sprintf("another make is at work in this checkout (process %d)", os.Getpid())) {
		t.Errorf("it says %q", line)
	}
	release()
	if err := <-second; err != nil {
		t.Error(err)
	}
}

// said has every line that a console writes.
type said chan string

func (s said) Write(line []byte) (int, error) {
	s <- string(line)
	return len(line), nil
}

func TestOurOwnToolsAreNotTheMachines(t *testing.T) {
	if got := without("/shop/.local/bin:/usr/bin:/bin", "/shop/.local/bin"); got != "/usr/bin:/bin" {
		t.Errorf("PATH without our own folder: got %q", got)
	}
}

func TestContextsThatLookLikeProduction(t *testing.T) {
	for name, want := range map[string]bool{
		"prod": true, "gke_acme_prod-eu": true, "production": true, "eks/live": true, "PRD-1": true,
		"kind-kind": false, "minikube": false, "product-team-dev": false, "alive": false, "staging": false,
	} {
		if got := looksLikeProduction.MatchString(name); got != want {
			t.Errorf("context %q looks like production: got %v, want %v", name, got, want)
		}
	}
}

// contextSession is a session on a machine whose kubectl is a script that acts on the config given.
func contextSession(t *testing.T, kubectl string) *session {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "kubectl"), []byte("#!/bin/sh\n"+kubectl), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	return &session{workspace: workspace{local: dir}, console: step.NewConsole(os.Stderr)}
}

func TestUseContextRefusesWhatItShouldNotTouch(t *testing.T) {
	for _, test := range []struct{ name, context, kubectl, want string }{
		{"one that looks like production", "prod-eu", "exit 0", "CONFIRM_CONTEXT=prod-eu"},
		{"one that is not there", "nowhere", "exit 1", `there is no context "nowhere"`},
		{"one that does not answer", "away", `[ "$1" = config ] && exit 0; echo connection refused; exit 1`,
			`the cluster of context "away" does not answer: connection refused`},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := contextSession(t, test.kubectl)
			_, err := s.useContext(context.Background(), test.context)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("context %s: got %v, want %q", test.context, err, test.want)
			}
		})
	}
}

func TestAContextWithoutARegistryIsToldWhatToDo(t *testing.T) {
	t.Setenv("IMAGE_REGISTRY", "")
	err := kubeContext("gke_acme_dev").load(context.Background(), &session{}, nil)
	if err == nil || !strings.Contains(err.Error(), "make up IMAGE_REGISTRY=") {
		t.Errorf("got %v, want the way to name a registry", err)
	}
}

// TestAnOrganizationsCapitalsAreNotInImageNames: a registry makes names of its users', and refuses capitals.
func TestAnOrganizationsCapitalsAreNotInImageNames(t *testing.T) {
	server := httptest.NewServer(registry.New())
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	t.Setenv("IMAGE_REGISTRY", host+"/Acme/Shop")
	s := &session{workspace: workspace{local: t.TempDir()}}
	if err := kubeContext("dev").load(t.Context(), s, map[string]images.Archived{"frontend": {Image: empty.Image}}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(s.path("images.json"))
	if err != nil || !strings.Contains(string(text), host+"/acme/shop/frontend@sha256:") {
		t.Errorf("got %v: %s", err, text)
	}
}

func TestPulumiWritesNoDebugLogUnlessSomebodyWantsIt(t *testing.T) {
	s := &session{workspace: workspace{local: t.TempDir()}}
	if err := s.silencePulumi(); err != nil {
		t.Fatal(err)
	}
	logs := s.path("pulumi", "home", "logs")
	if text, err := os.ReadFile(logs); err != nil || !strings.Contains(string(text), "delete the file") {
		t.Errorf("in the way of the logs: %q, %v", text, err)
	}
	if err := errors.Join(os.Remove(logs), os.Mkdir(logs, 0o700), s.silencePulumi()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(logs); err != nil || !info.IsDir() {
		t.Errorf("the folder of somebody who wants the logs: %v, %v", info, err)
	}
}

// TestTheLocalProgramIsLean: whatever else somebody's GOFLAGS say.
func TestTheLocalProgramIsLean(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"": "-tags=lean", "-buildvcs=false": "-buildvcs=false -tags=lean", "-tags=lean": "-tags=lean",
		"-tags=integration -mod=mod": "-mod=mod -tags=integration,lean",
	} {
		if got := leanFlags(given); got != want {
			t.Errorf("%q: got %q, want %q", given, got, want)
		}
	}
}
