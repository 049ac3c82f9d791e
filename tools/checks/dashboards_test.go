package checks_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// TestDashboardsFitGrafanasSchema holds every dashboard against the types that Grafana generates from its own schema. What
// may be left out there, Grafana fills in by itself.
func TestDashboardsFitGrafanasSchema(t *testing.T) {
	plugins.RegisterDefaultPlugins()
	files, err := filepath.Glob("../../infra/dashboards/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dashboards: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range misfits(text) {
			t.Errorf("%s: %s", filepath.Base(file), problem)
		}
	}
}

func TestAMisspeltFieldOfADashboardIsNoticed(t *testing.T) {
	plugins.RegisterDefaultPlugins()
	text := `{"title":"x","panels":[{"type":"timeseries","tittle":"y","options":{"legend":{"displayMode":7}}}]}`
	said := strings.Join(misfits([]byte(text)), "\n")
	for _, want := range []string{"tittle", "displayMode"} {
		if !strings.Contains(said, want) {
			t.Errorf("nothing is said of %s:\n%s", want, said)
		}
	}
}

func misfits(text []byte) []string {
	var page dashboard.Dashboard
	err := page.UnmarshalJSONStrict(text)
	var problems cog.BuildErrors
	if !errors.As(err, &problems) {
		if err != nil {
			return []string{err.Error()}
		}
		return nil
	}
	var found []string
	for _, problem := range problems {
		if problem.Message != "required field is missing from input" {
			found = append(found, problem.Error())
		}
	}
	return found
}
