package main

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/mod/modfile"

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
		{"alertmanager", "github.com/prometheus/alertmanager", m.Alertmanager.Image, nil},
		{"node-exporter", "github.com/prometheus/node_exporter", m.NodeExporter.Image, nil},
		{"kube-state-metrics", "k8s.io/kube-state-metrics/v2", m.KubeStateMetrics.Image, nil},
		{"postgres-exporter", "github.com/prometheus-community/postgres_exporter", m.PostgresExporter.Image, nil},
	} {
		want := pinned(t, program.tool, program.module)
		if program.tag != nil {
			want = program.tag(want)
		}
		if got := stacks.Image(program.image).Version(); got != want {
			t.Errorf("%s: the image is %s, tools/%s compiles %s", program.tool, got, program.tool, want)
		}
	}
}

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
	for _, require := range file.Require {
		if require.Mod.Path == module {
			return require.Mod.Version
		}
	}
	t.Fatalf("%s does not require %s", path, module)
	return ""
}
