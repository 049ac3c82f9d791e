package review_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/review"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The larger cases are what pulumi preview --json printed for a change of the local stack on a real cluster, or of the stack
// of test/datadog, less the resources that stay the same and the outputs; the small ones show one rule each.
func TestReport(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file string
		labels     []string
		// missing is what stands in the way.
		missing []review.Risk
	}{
		{name: "nothing changes", file: "nothing"},
		{name: "a new build", file: "release"},
		{name: "more pods and another autoscale range", file: "capacity"},
		{name: "new keys show no value", file: "secrets"},
		{name: "an ingress beside the node port", file: "ingress", missing: []review.Risk{review.Exposure}},
		{name: "an ingress instead of the node port", file: "closed", missing: []review.Risk{review.Exposure}},
		{name: "everybody's orders and the operator's pages in public", file: "demo", missing: []review.Risk{review.Exposure}},
		{name: "an allowed ingress", file: "ingress", labels: []string{"allow-exposure"}},
		{name: "a volume of another class", file: "volume", missing: []review.Risk{review.DataLoss, review.FixedName}},
		{name: "a smaller volume", file: "shrink", missing: []review.Risk{review.DataLoss}},
		{name: "an alert less", file: "alert", missing: []review.Risk{review.Alerts}},
		{name: "a monitor of Datadog less", file: "monitor", missing: []review.Risk{review.Alerts}},
		{name: "another namespace replaces everything", file: "namespace", labels: []string{"allow-exposure", "other"},
			missing: []review.Risk{review.DataLoss, review.Downtime, review.FixedName}},
		{name: "a restore", file: "restore", missing: []review.Risk{review.DataLoss}},
		{name: "fewer backups and shorter memory", file: "backups", missing: []review.Risk{review.DataLoss}},
		{name: "alerts that fire later and reach fewer", file: "quieter", missing: []review.Risk{review.Alerts}},
		{name: "a first deployment", file: "first"},
		{name: "the same again from another commit", file: "mark"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			input := mustRead(t, c.file+".json")
			report, err := review.New("staging", c.labels, bytes.NewReader(input))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.missing, report.Missing); diff != "" || (report.Err() == nil) != (c.missing == nil) {
				t.Errorf("%s with labels %q stands in the way of %v (-want +got):\n%s", c.file, c.labels, report.Err(), diff)
			}
			golden(t, strings.ReplaceAll(c.name, " ", "-")+".md", report.Markdown())
		})
	}
}

// TestEveryRiskHasACase keeps a class from being judged by nothing.
func TestEveryRiskHasACase(t *testing.T) {
	t.Parallel()
	seen := map[review.Risk]bool{}
	cases, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range cases {
		report, err := review.New("staging", nil, bytes.NewReader(mustRead(t, filepath.Base(path))))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range report.Findings {
			seen[f.Risk] = true
		}
	}
	for risk := review.DataLoss; risk <= review.Other; risk++ {
		if !seen[risk] {
			t.Errorf("no case has the risk %s", risk)
		}
	}
}

func TestGarbageIsNoPreview(t *testing.T) {
	t.Parallel()
	if _, err := review.New("staging", nil, strings.NewReader("error: no stack")); err == nil {
		t.Error("want what is no JSON refused")
	}
}

func mustRead(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(mustRead(t, name)), got); diff != "" {
		t.Errorf("%s (go test -update rewrites it):\n%s", path, diff)
	}
}
