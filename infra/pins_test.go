package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/exported"
	"github.com/techcommerce/platform/stacks"
	"github.com/techcommerce/platform/stacks/stackstest"
)

// TestLocalProgramsAreTheUpstreamOnes proves that the local stack, and the tests on its cluster, compile what other stacks
// pull.
func TestLocalProgramsAreTheUpstreamOnes(t *testing.T) {
	t.Parallel()
	m := *mustDecode(t, stackstest.File(t, "staging", nil)).Monitoring
	for _, program := range []struct {
		tool, module, image string
		tag                 func(version string) string
	}{
		// Prometheus 3.16.0 is v0.316.0 as a Go module.
		{"prometheus", "github.com/prometheus/prometheus", m.Prometheus.Image, func(v string) string { return "v" + v[3:4] + "." + v[4:] }},
		{"platform", "github.com/prometheus/alertmanager", m.Alertmanager.Image, nil},
		{"platform", "github.com/prometheus/node_exporter", m.NodeExporter.Image, nil},
		{"platform", "k8s.io/kube-state-metrics/v2", m.KubeStateMetrics.Image, nil},
		{"platform", "github.com/prometheus-community/postgres_exporter", m.PostgresExporter.Image, nil},
	} {
		want := pinned(t, program.tool, program.module)
		if program.tag != nil {
			want = program.tag(want)
		}
		if got := stacks.Image(program.image).Version(); got != want {
			t.Errorf("%s: the image is %s, tools/%s compiles %s", program.module, got, program.tool, want)
		}
	}
}

// TestSourcesAreOfTheVersionsThatRun proves that what was read in the source of an exporter was read in that of the version
// that stacks run. An Ingress controller is the cluster's own, of whatever version.
func TestSourcesAreOfTheVersionsThatRun(t *testing.T) {
	t.Parallel()
	m := *mustDecode(t, stackstest.File(t, "staging", nil)).Monitoring
	images := map[string]string{
		alerts.JobKubeStateMetrics: m.KubeStateMetrics.Image, alerts.JobPrometheus: m.Prometheus.Image,
		alerts.JobPostgres: m.PostgresExporter.Image, alerts.JobNodeExporter: m.NodeExporter.Image,
		alerts.JobBlackbox: m.Probe.Image, alerts.JobProbePublic: m.Probe.Image,
	}
	read, err := exported.Elsewhere()
	if err != nil {
		t.Fatal(err)
	}
	for job, r := range read {
		if version := stacks.Image(images[job]).Version(); !strings.Contains(r.Source, " "+version) || r.Source == "" {
			t.Errorf("elsewhere.json: what %s exports is from %q, the stack runs %s", job, r.Source, version)
		}
	}
}

// pinned is the version of a module that a folder under tools compiles.
func pinned(t testing.TB, tool, module string) string {
	t.Helper()
	path := filepath.Join(stackstest.Root(), "tools", tool, "go.mod")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := modfile.Parse(path, text, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, replace := range file.Replace {
		if replace.Old.Path == module {
			return replace.New.Version
		}
	}
	for _, require := range file.Require {
		if require.Mod.Path == module {
			return require.Mod.Version
		}
	}
	t.Fatalf("%s does not require %s", path, module)
	return ""
}
