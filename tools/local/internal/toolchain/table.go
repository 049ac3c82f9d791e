package toolchain

import (
	"fmt"
	"go/version"
	"path/filepath"
	"slices"
	"strings"
)

// tableIntroduction comes before the table of pins.
const tableIntroduction = `# Pinned versions

Written by ` + "`make pins`" + ` from the go.mod files and the constants that pin them; a test fails while it differs from them.
` + "`make outdated`" + ` lists what has a newer release.

| what | version | pinned in |
|---|---|---|
`

// others are the modules that no Tool is made of, by the folder whose go.mod pins them: what the program and the services
// are compiled with, and the tools of the tests.
var others = map[string][]string{
	".": {
		"github.com/chromedp/chromedp", "github.com/pulumi/pulumi-datadog/sdk/v4",
		"github.com/pulumi/pulumi-kubernetes/sdk/v4", "github.com/pulumi/pulumi/sdk/v3",
	},
	"tools/checks":     {"github.com/rhysd/actionlint", "golang.org/x/vuln", "honnef.co/go/tools"},
	"tools/platform":   {"github.com/prometheus-community/postgres_exporter"},
	"tools/kube-score": {"github.com/zegl/kube-score"},
}

// Table lists every pinned version of a repository, as a page for docs.
func Table(repository string) (string, error) {
	toolsDir := filepath.Join(repository, "tools")
	var lines []string
	line := func(what, version, where string) {
		lines = append(lines, fmt.Sprintf("| %s | %s | %s |", what, version, where))
	}
	for _, tool := range slices.Concat(Deploying(), Hosting(), Watching()) {
		release, err := tool.version(toolsDir)
		if err != nil {
			return "", err
		}
		line(tool.Name, release, "tools/"+tool.Folder+"/go.mod: "+tool.Module)
	}
	line("pnpm, for Prometheus' web pages", strings.TrimPrefix(pnpm, "pnpm@"), "tools/local/internal/toolchain/pages.go")
	line("Node.js, for Prometheus' web pages", "at least "+oldestNode, "tools/local/internal/toolchain/pages.go")
	for folder, modules := range others {
		file, err := readModule(filepath.Join(repository, folder))
		if err != nil {
			return "", err
		}
		where := filepath.ToSlash(filepath.Join(folder, "go.mod"))
		for _, module := range modules {
			release, ok := pinned(file, module)
			if !ok {
				return "", fmt.Errorf("%s does not require %s", where, module)
			}
			line(module, release, where)
		}
		if folder == "." {
			line("Go", "at least "+strings.TrimPrefix(version.Lang("go"+file.Go.Version), "go"), where)
		}
	}
	slices.Sort(lines)
	return tableIntroduction + strings.Join(lines, "\n") + "\n", nil
}
