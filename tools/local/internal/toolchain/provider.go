package toolchain

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// providerSchema derives the two files that the Kubernetes provider embeds from its module: the schema with the release
// set, and the mapping from Terraform names, both without their white space.
func providerSchema(moduleDir, release string) (map[string][]byte, error) {
	source := filepath.Join(moduleDir, "cmd", "pulumi-resource-kubernetes")
	schema, err := readJSON(filepath.Join(source, "schema.json"))
	if err != nil {
		return nil, err
	}
	if schema["version"], err = json.Marshal(release); err != nil {
		return nil, err
	}
	mapping, err := readJSON(filepath.Join(source, "terraform-mapping.json"))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for name, content := range map[string]map[string]json.RawMessage{
		"schema-embed.json": schema, "terraform-mapping-embed.json": mapping,
	} {
		if files[name], err = json.Marshal(content); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return files, nil
}

func readJSON(path string) (map[string]json.RawMessage, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	content := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &content); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return content, nil
}
