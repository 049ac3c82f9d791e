package reference_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v5"
	"go.yaml.in/yaml/v3"

	"github.com/techcommerce/platform/stacks"
	"github.com/techcommerce/platform/stacks/reference"
	"github.com/techcommerce/platform/stacks/stackstest"
)

func TestDocsAreInStep(t *testing.T) {
	t.Parallel()
	source := filepath.Join(stackstest.Root(), "stacks")
	for name, write := range map[string]func(string) (string, error){
		"settings.md": reference.Markdown, "stack.schema.json": reference.Schema,
	} {
		want, err := write(source)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(stackstest.Root(), "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(got), want); diff != "" {
			t.Errorf("docs/%s is behind the types; run go generate ./stacks/... (-there +generated):\n%s", name, diff)
		}
	}
}

// TestEverySettingIsExplained: a field without a comment is a row without a meaning.
func TestEverySettingIsExplained(t *testing.T) {
	t.Parallel()
	text, err := reference.Markdown(filepath.Join(stackstest.Root(), "stacks"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text) {
		if strings.HasSuffix(line, "|  |\n") {
			t.Errorf("no meaning: %s", line)
		}
	}
	if len(stacks.Describe()) == 0 {
		t.Error("no settings at all")
	}
}

// TestEverySecretCanBeRotated looks for each in the table that says how.
func TestEverySecretCanBeRotated(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(stackstest.Root(), "docs", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "\n## Rotating secrets\n")
	table, _, _ = strings.Cut(table, "\n## ")
	for _, secret := range stacks.SecretSettings() {
		if !strings.Contains(table, "`"+secret+"`") {
			t.Errorf("docs/operations.md does not say how %s is rotated", secret)
		}
	}
}

func mustCompile(t testing.TB) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.Compile(filepath.Join(stackstest.Root(), "docs", "stack.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func mustParse(t testing.TB, text string) any {
	t.Helper()
	var file any
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestSchemaTakesShippedStacks(t *testing.T) {
	t.Parallel()
	schema := mustCompile(t)
	for _, name := range stackstest.Shipped(t) {
		if err := schema.Validate(mustParse(t, stackstest.Fixture(t, name))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range stackstest.Operators(t) {
		if err := schema.Validate(mustParse(t, stackstest.Operator(t, name))); err != nil {
			t.Errorf("Pulumi.%s.yaml: %v", name, err)
		}
	}
}

func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	schema := mustCompile(t)
	for name, setting := range map[string]string{
		"a key that is misspelt":       "techcommerce:replcas: 3",
		"a key misspelt deep inside":   "techcommerce:services: {frontend: {cpu: {requst: 1}}}",
		"a service that is not there":  "techcommerce:services: {cart: {}}",
		"a number out of bounds":       "techcommerce:edge: {nodePort: 80}",
		"a word that is none":          "techcommerce:logLevel: loud",
		"memory without a unit":        "techcommerce:database: {embedded: {size: 10}}",
		"a secret in clear":            "techcommerce:sessionKey: hunter2",
		"an address that is no range":  "techcommerce:cluster: {dns: [10.0.0.1]}",
		"text where an object belongs": "techcommerce:cluster: kind",
	} {
		if err := schema.Validate(mustParse(t, "config:\n  "+setting)); err == nil {
			t.Errorf("takes %s: %s", name, setting)
		}
	}
	if err := schema.Validate(mustParse(t, "config:\n  kubernetes:context: kind\nencryptionsalt: v1:x")); err != nil {
		t.Errorf("refuses what is not ours: %v", err)
	}
}
