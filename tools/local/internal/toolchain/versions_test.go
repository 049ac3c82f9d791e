package toolchain_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"

	"github.com/techcommerce/platform/tools/local/internal/toolchain"
)

// apart are the modules that a tool cannot have in the version of the others, with the reason.
var apart = map[string]map[string]string{
	"pulumi": {
		"github.com/pulumi/pulumi/pkg/v3": "the provider compiles against its own version alone",
		"github.com/pulumi/pulumi/sdk/v3": "the provider compiles against its own version alone",
	},
	"pulumi-language-go": {
		"github.com/pulumi/pulumi/pkg/v3": "the language host compiles against no newer one",
		"github.com/pulumi/pulumi/sdk/v3": "the language host compiles against no newer one",
		"github.com/pulumi/esc":           "a newer one needs newer packages of Pulumi",
	},
	"prometheus": {
		"github.com/KimMachineGun/automemlimit": "it is at 1.0, kube-state-metrics and Alertmanager are not",
		"github.com/prometheus/prometheus":      "it is Prometheus itself",
	},
}

// TestToolsShareTheirVersions: a module in another version is compiled again with all that depends on it, which was more
// than half of a cold build once.
func TestToolsShareTheirVersions(t *testing.T) {
	t.Parallel()
	shared := versions(t, "platform")
	for folder, reasons := range apart {
		for module, version := range versions(t, folder) {
			want, ok := shared[module]
			if !ok || version == want || reasons[module] != "" {
				continue
			}
			t.Errorf("tools/%s has %s in %s, tools/platform in %s; one of them: go get %[2]s@…, then go mod tidy", folder, module,
				version, want)
		}
	}
	for _, tool := range everyTool() {
		if tool.Folder != "platform" && apart[tool.Folder] == nil {
			t.Errorf("%s is built in tools/%s, which shares nothing", tool.Name, tool.Folder)
		}
	}
}

// TestOneVersionOfKubernetes: only Kubernetes' own set of modules fits together.
func TestOneVersionOfKubernetes(t *testing.T) {
	t.Parallel()
	shared := versions(t, "platform")
	want := strings.Replace(shared["k8s.io/kubernetes"], "v1.", "v0.", 1)
	for _, module := range []string{"k8s.io/api", "k8s.io/apimachinery", "k8s.io/apiserver", "k8s.io/client-go", "k8s.io/component-base"} {
		if shared[module] != want {
			t.Errorf("%s is %s, want %s", module, shared[module], want)
		}
	}
}

// versions are the versions of modules that the builds of a folder take.
func versions(t *testing.T, folder string) map[string]string {
	t.Helper()
	path := filepath.Join("../../..", folder, "go.mod")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := modfile.Parse(path, text, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, require := range file.Require {
		found[require.Mod.Path] = require.Mod.Version
	}
	for _, replace := range file.Replace {
		found[replace.Old.Path] = replace.New.Version
	}
	return found
}

func everyTool() []toolchain.Tool {
	return append(append(toolchain.Hosting(), toolchain.Deploying()...), toolchain.Watching()...)
}
