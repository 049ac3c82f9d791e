package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/techcommerce/platform/stacks/stackstest"
)

const datadogSDK = "github.com/pulumi/pulumi-datadog/sdk/v4/go/datadog"

// TestWhoNeedsDatadogsSDK: one package imports it, and under the build constraint lean nothing does, or everybody would
// compile it who only tries the shop.
func TestWhoNeedsDatadogsSDK(t *testing.T) {
	t.Parallel()
	var importers []string
	for line := range strings.Lines(list(t, "-tags=", "-f", "{{.ImportPath}}: {{join .Imports \" \"}} ", "./...")) {
		if of, imports, _ := strings.Cut(line, ": "); strings.Contains(imports, datadogSDK+" ") {
			importers = append(importers, of)
		}
	}
	if len(importers) != 1 || !strings.HasSuffix(importers[0], "/infra/datadog") {
		t.Errorf("%q import it, want infra/datadog alone", importers)
	}
	if !strings.Contains(list(t, "-tags=", "-deps", "./infra"), datadogSDK+"\n") {
		t.Error("the whole program does not have it")
	}
	if strings.Contains(list(t, "-tags=lean", "-deps", "./..."), datadogSDK) {
		t.Error("the build constraint lean does not leave it out")
	}
}

func list(t *testing.T, args ...string) string {
	t.Helper()
	command := exec.Command("go", append([]string{"list"}, args...)...)
	command.Dir = stackstest.Root()
	text, err := command.Output()
	if err != nil {
		t.Fatalf("go list %q: %v", args, err)
	}
	return string(text)
}
