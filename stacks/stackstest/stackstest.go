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

// Root is the repository's root.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// Shipped lists the stacks that have a file in the repository.
func Shipped(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(Root(), "Pulumi.*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no stack files: %v", err)
	}
	var names []string
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "Pulumi."), ".yaml")
		names = append(names, name)
	}
	return names
}

// File is the source that Pulumi.<stack>.yaml is, with these secrets.
func File(t testing.TB, stack string, secrets map[string]string) stacks.Source {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(Root(), "Pulumi."+stack+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return Text(t, stack, string(text), secrets)
}

// Text is the source that a file with this text would be, with these secrets.
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
