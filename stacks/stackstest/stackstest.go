// Package stackstest gives tests the settings of a stack the way the Pulumi CLI would.
package stackstest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/techcommerce/platform/stacks"
)

const project = "techcommerce:"

// Unknown stands for the value of what a file has encrypted.
const Unknown = "encrypted-and-unknown-to-every-test"

// Root is the repository's root.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// Shipped lists the stacks that tests declare: fixtures, like those that the repository ships. The files at the root are
// their operators', who may change them without a test having an opinion.
func Shipped(t testing.TB) []string {
	t.Helper()
	return names(t, filepath.Join(fixtures(), "*.yaml"), "")
}

func fixtures() string { return filepath.Join(Root(), "stacks", "stackstest", "testdata") }

// Fixture is the text of a stack that tests declare.
func Fixture(t testing.TB, stack string) string {
	t.Helper()
	return mustRead(t, filepath.Join(fixtures(), stack+".yaml"))
}

// File is the source that a fixture is, with these secrets.
func File(t testing.TB, stack string, secrets map[string]string) stacks.Source {
	t.Helper()
	return Text(t, stack, Fixture(t, stack), secrets)
}

// Operators lists the stacks whose settings are at the repository's root.
func Operators(t testing.TB) []string {
	t.Helper()
	return names(t, filepath.Join(Root(), "Pulumi.*.yaml"), "Pulumi.")
}

// Operator is the text of the settings that a stack's operator keeps at the repository's root.
func Operator(t testing.TB, stack string) string {
	t.Helper()
	return mustRead(t, filepath.Join(Root(), "Pulumi."+stack+".yaml"))
}

func names(t testing.TB, pattern, prefix string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no stack files: %v", err)
	}
	var found []string
	for _, file := range files {
		found = append(found, strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), prefix), ".yaml"))
	}
	return found
}

func mustRead(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Text is the source that a file with this text would be, with these secrets. What the file has encrypted is a secret, too,
// of which nobody here knows the value.
func Text(t testing.TB, stack, text string, secrets map[string]string) stacks.Source {
	t.Helper()
	var file struct {
		Config map[string]any `yaml:"config"`
	}
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	source := stacks.Source{Stack: stack, Values: map[string]string{}}
	for key, value := range file.Config {
		if encrypted, ok := value.(map[string]any); ok && len(encrypted) == 1 && encrypted["secure"] != nil {
			source.Values[strings.TrimPrefix(key, project)] = Unknown
			source.Secrets = append(source.Secrets, strings.TrimPrefix(key, project))
			continue
		}
		source.Values[strings.TrimPrefix(key, project)] = encode(t, value)
	}
	for key, value := range secrets {
		source.Values[key] = value
		source.Secrets = append(source.Secrets, key)
	}
	return source
}

// encode is what the CLI hands to a program: text as it is, anything else as JSON.
func encode(t testing.TB, value any) string {
	t.Helper()
	if text, ok := value.(string); ok {
		return text
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
