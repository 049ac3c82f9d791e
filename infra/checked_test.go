package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/techcommerce/platform/infra/internal/declare"
	"github.com/techcommerce/platform/infra/internal/tooltest"
	"github.com/techcommerce/platform/stacks/stackstest"
)

// TestMonitoringChecked has Prometheus' and Alertmanager's own checkers read what each shipped stack that is watched would
// mount.
func TestMonitoringChecked(t *testing.T) {
	t.Parallel()
	promtool, amtool := tooltest.Promtool(t), tooltest.Amtool(t)
	for _, name := range stackstest.Shipped(t) {
		stack := mustDecode(t, stackstest.File(t, name, stackstest.Secrets()))
		if stack.Monitoring == nil {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			declaration := mustDeclare(t, stack)
			folder := t.TempDir()
			for _, file := range []string{"prometheus.yml", "rules.yml", "alertmanager.yml"} {
				// Where the rules are mounted is not where they are checked.
				text := strings.ReplaceAll(mustFind(t, declaration, file), "/config/rules.yml", "rules.yml")
				if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			// Only the syntax: the files of the pod's identity are in the pod alone.
			tooltest.Run(t, "", promtool, "check", "config", "--syntax-only", filepath.Join(folder, "prometheus.yml"))
			tooltest.Run(t, "", promtool, "check", "rules", "--lint=all", "--lint-fatal", filepath.Join(folder, "rules.yml"))
			tooltest.Run(t, "", amtool, "check-config", filepath.Join(folder, "alertmanager.yml"))
		})
	}
}

// mustFind is the file of that name in one of the ConfigMaps.
func mustFind(tb testing.TB, declaration *declare.Declaration, file string) string {
	tb.Helper()
	for _, r := range declaration.Resources {
		if data := r.Inputs["data"]; strings.HasSuffix(r.Type, ":ConfigMap") && data.IsObject() {
			if text, ok := data.ObjectValue()[resource.PropertyKey(file)]; ok && text.IsString() {
				return text.StringValue()
			}
		}
	}
	tb.Fatalf("no ConfigMap has %s", file)
	return ""
}
