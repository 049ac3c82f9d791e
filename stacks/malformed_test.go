package stacks_test

import (
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/stacks"
	"github.com/techcommerce/platform/stacks/stackstest"
)

// malformed is one case of testdata/malformed.yaml. $limits stands for the names of all limits: a new one is no new case.
type malformed struct {
	Name     string            `yaml:"name"`
	Settings string            `yaml:"settings"`
	Secrets  map[string]string `yaml:"secrets"`
	Want     string            `yaml:"want"`
}

func mustReadMalformed(t testing.TB) []malformed {
	t.Helper()
	text, err := os.ReadFile("testdata/malformed.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var cases []malformed
	if err := yaml.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	var limits []string
	for _, limit := range alerts.Limits() {
		limits = append(limits, limit.Key)
	}
	for i, c := range cases {
		cases[i].Want = strings.ReplaceAll(c.Want, "$limits", strings.Join(limits, ", "))
	}
	if len(cases) < 60 {
		t.Fatalf("%d cases, want at least 60", len(cases))
	}
	return cases
}

// TestMalformed decodes settings as they come from a file. Nothing else is called: Decode has no way to a cluster.
func TestMalformed(t *testing.T) {
	t.Parallel()
	for _, c := range mustReadMalformed(t) {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			var config strings.Builder
			config.WriteString("config:\n")
			for line := range strings.Lines(c.Settings) {
				config.WriteString("  techcommerce:" + line)
			}
			_, err := stacks.Decode(stackstest.Text(t, "test", config.String(), c.Secrets))
			if err == nil {
				t.Fatalf("accepted:\n%s", c.Settings)
			}
			if got := err.Error() + "\n"; got != c.Want {
				t.Errorf("%s\ngot:\n%swant:\n%s", c.Settings, got, c.Want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("shows a secret: %v", err)
			}
		})
	}
}
