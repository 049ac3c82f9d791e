package toolchain

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// overlay writes the files that the build embeds beside the result and returns the list that lays them over the folder
// of the tool's package.
func (b Builder) overlay(ctx context.Context, p plan, out string) (string, error) {
	list := b.command(ctx, p.tool.Folder, "list", "-f", "{{.Module.Dir}}",
		"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider")
	var stderr bytes.Buffer
	list.Stderr = &stderr
	moduleDir, err := list.Output()
	if err != nil {
		return "", explain(p, err, strings.Split(stderr.String(), "\n"))
	}
	files, err := p.tool.Embeds(strings.TrimSpace(string(moduleDir)), p.release)
	if err != nil {
		return "", err
	}
	replace := map[string]string{}
	for name, content := range files {
		path := filepath.Join(out, name)
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return "", err
		}
		replace[filepath.Join(b.ToolsDir, p.tool.Folder, p.tool.Packages[0], name)] = path
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(out, "overlay.json")
	return path, os.WriteFile(path, text, 0o644)
}
