// Package measuredtest holds what a test sees against the file that is committed, or writes the file anew.
package measuredtest

import (
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/techcommerce/platform/infra/runbooks/measured"
)

// Verify compares what a test saw of a backend with what is committed; with update it is written instead.
func Verify(tb testing.TB, backend string, got map[string]measured.Alert, update bool) {
	tb.Helper()
	if !update {
		want, err := measured.Read(backend)
		if err != nil {
			tb.Fatal(err)
		}
		if diff := cmp.Diff(want.Alerts, got); diff != "" {
			tb.Errorf("%s: run make paged if the difference is meant (-committed +seen):\n%s", backend, diff)
		}
		return
	}
	_, here, _, _ := runtime.Caller(0)
	path := filepath.Join(filepath.Dir(here), "..", backend+".yaml")
	file := measured.File{Date: time.Now().UTC().Format(time.DateOnly), Alerts: got}
	if err := file.Write(path, "make paged"); err != nil {
		tb.Fatal(err)
	}
}
