package e2e_test

import (
	"regexp"
	"testing"
)

// tellsWhatRuns holds the stack's outputs against what runs.
func (p *platform) tellsWhatRuns(t *testing.T) {
	var told struct {
		URLs                          []string
		Images, Off                   map[string]string
		Namespace, Revision, Database string
		SettingsHash, AdminAPIKey     string
	}
	mustRead(t, []byte(p.shell(t, "pulumi stack output --json --stack local")), &told)
	if len(told.URLs) != 1 || told.URLs[0] != "http://localhost:30000" {
		t.Errorf("urls: %q", told.URLs)
	}
	for _, service := range []string{"product-api", "order-api", "frontend"} {
		runs := p.kubectl(t, "", "-n", told.Namespace, "get", "deployment", service,
			"-o", "jsonpath={.spec.template.spec.containers[0].image}")
		if told.Images[service] != runs {
			t.Errorf("images: %s is said to be %q, %s runs", service, told.Images[service], runs)
		}
	}
	output(t, p.dir, "git", "cat-file", "-e", told.Revision+"^{commit}")
	if !regexp.MustCompile(`^[0-9a-f]{12}$`).MatchString(told.SettingsHash) {
		t.Errorf("settingsHash: %q", told.SettingsHash)
	}
	if told.Database != "embedded" {
		t.Errorf("database: %q", told.Database)
	}
	for what, why := range map[string]string{
		"ingress": "edge.ingress is not set", "datadog": "datadog is not set", "dashboards": "monitoring.grafana is not set",
		"backup": "database.postgres is not set, so the data is not ours to dump",
	} {
		if told.Off[what] != why {
			t.Errorf("off: %s: %q, want %q", what, told.Off[what], why)
		}
	}
	if told.AdminAPIKey != "[secret]" {
		t.Error("adminApiKey is shown in clear")
	}
}
