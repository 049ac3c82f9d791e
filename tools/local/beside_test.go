package main

import (
	"context"
	"os"
	"strings"
	"testing"
)

func TestDownDeletesWhatABenchmarkLeftOnAClusterOfSomebodyElse(t *testing.T) {
	s := contextSession(t, `echo "$@" >> "$(dirname "$0")/asked"`)
	if err := os.MkdirAll(s.path("beside", "grown"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := s.destroyBeside(context.Background()); err != nil {
		t.Fatal(err)
	}
	if asked, err := os.ReadFile(s.path("asked")); err == nil {
		t.Errorf("a cluster of our own goes as a whole, but kubectl was asked to %s", asked)
	}
	if err := replaceLink(s.path("kubeconfig"), s.path("context.kubeconfig")); err != nil {
		t.Fatal(err)
	}
	if err := s.destroyBeside(context.Background()); err != nil {
		t.Fatal(err)
	}
	asked, err := os.ReadFile(s.path("asked"))
	want := "--selector app.kubernetes.io/part-of=techcommerce,environment=grown "
	if err != nil || !strings.Contains(string(asked), want) {
		t.Errorf("kubectl was asked to %q (%v), want %q", asked, err, want)
	}
}
