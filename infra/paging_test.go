package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/internal/declare"
	"github.com/techcommerce/platform/infra/internal/tooltest"
	"github.com/techcommerce/platform/stacks/stackstest"
)

// TestProductionPagesWhenTheShopIsGone scales the frontend of the shipped production stack to nothing, in what the stack
// declares, and counts who is paged: Prometheus' own rules judge the series that this gives, Alertmanager's own router
// says whom it notifies.
func TestProductionPagesWhenTheShopIsGone(t *testing.T) {
	t.Parallel()
	declaration := mustDeclare(t, mustDecode(t, stackstest.File(t, "production", stackstest.Secrets())))
	firing := map[string]int{"ServiceDown": 1, "ShopUnreachable": 2}
	mustFire(t, mustFileOf(t, declaration, "rules.yml"), firing)
	receivers := mustFileOf(t, declaration, "alertmanager.yml")
	for alert := range firing {
		if !pages(t, receivers, alert) {
			t.Errorf("Alertmanager pages nobody when %s fires", alert)
		}
	}
	t.Logf("Alertmanager pages, of %v", slices.Sorted(maps.Keys(firing)))
}

// mustFileOf is a file of any ConfigMap.
func mustFileOf(t *testing.T, declaration *declare.Declaration, name string) string {
	t.Helper()
	objects := mustRead(t, declaration)
	for _, m := range objects.ConfigMaps {
		if text, ok := m.Data[name]; ok {
			return text
		}
	}
	t.Fatalf("no ConfigMap has %s", name)
	return ""
}

// mustFire has promtool judge a production whose frontend has no pod. It wants so many series of each critical alert to
// fire, and no other.
func mustFire(t *testing.T, rules string, want map[string]int) {
	t.Helper()
	const labels = `namespace="techcommerce-production", service=`
	var series, samples []map[string]any
	for name, values := range map[string]string{
		`kube_deployment_status_replicas_available{namespace="techcommerce-production", deployment="frontend"}`:           "0x60",
		`probe_success{job="` + alerts.JobProbePublic + `", ` + labels + `"frontend", target="https://shop.example.com"}`: "0x60",
		`probe_success{job="` + alerts.JobProbeService + `", ` + labels + `"frontend", target="http://frontend-service"}`: "0x60",
		`up{job="services", ` + labels + `"product-api"}`:                                                                 "1x60",
		`up{job="services", ` + labels + `"order-api"}`:                                                                   "1x60",
	} {
		series = append(series, map[string]any{"series": name, "values": values})
	}
	for name, count := range want {
		samples = append(samples, map[string]any{"labels": `{alertname="` + name + `"}`, "value": count})
	}
	folder := t.TempDir()
	mustWriteYAML(t, filepath.Join(folder, "test.yml"), map[string]any{
		"rule_files": []string{"rules.yml"}, "evaluation_interval": "15s",
		"tests": []map[string]any{{
			"interval": "15s", "input_series": series,
			"promql_expr_test": []map[string]any{{
				"expr":      `count by (alertname) (ALERTS{alertstate="firing", severity="critical"})`,
				"eval_time": "4m", "exp_samples": samples,
			}},
		}},
	})
	if err := os.WriteFile(filepath.Join(folder, "rules.yml"), []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	tooltest.Run(t, "", tooltest.Promtool(t), "test", "rules", filepath.Join(folder, "test.yml"))
}

func mustWriteYAML(t *testing.T, path string, content any) {
	t.Helper()
	text, err := yaml.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// pages reports whether Alertmanager's router leads a critical alert to somebody.
func pages(t *testing.T, config, alert string) bool {
	t.Helper()
	path := filepath.Join(t.TempDir(), "alertmanager.yml")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	receiver := strings.TrimSpace(tooltest.Run(t, "", tooltest.Amtool(t),
		"config", "routes", "test", "--config.file", path, "alertname="+alert, "severity=critical", "environment=production"))
	var parsed struct {
		Receivers []map[string]any
	}
	if err := yaml.Unmarshal([]byte(config), &parsed); err != nil {
		t.Fatal(err)
	}
	for _, r := range parsed.Receivers {
		if r["name"] == receiver {
			return r["pagerduty_configs"] != nil
		}
	}
	return false
}
