package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/techcommerce/platform/tools/local/internal/step"
)

// TestTheShopComesFirstWhereItsMonitoringIsNotBuilt: and nowhere else, since a second update costs time.
func TestTheShopComesFirstWhereItsMonitoringIsNotBuilt(t *testing.T) {
	t.Setenv("KUBE_CONTEXT", "")
	repository, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	s := &session{
		workspace: workspace{repository: repository, local: t.TempDir(), cache: t.TempDir()}, console: step.NewConsole(os.Stderr),
	}
	expect := func(want bool, when string) {
		t.Helper()
		if got, err := s.shopComesFirst(); err != nil || got != want {
			t.Errorf("%s: got %v, %v, want %v", when, got, err, want)
		}
	}
	expect(true, "with an empty cache")
	withMonitoring, err := s.hosting()
	if err != nil {
		t.Fatal(err)
	}
	s.shopOnly = true
	shopOnly, err := s.hosting()
	if err != nil || len(shopOnly) >= len(withMonitoring) {
		t.Errorf("the shop alone needs %d tools (%v), all need %d", len(shopOnly), err, len(withMonitoring))
	}
	s.shopOnly = false
	t.Setenv("KUBE_CONTEXT", "kind-kind")
	expect(false, "on a cluster that pulls its images")
}
