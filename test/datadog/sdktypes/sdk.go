// Package sdktypes reads from the source of a provider's SDK what its resources take. It parses the few types that are
// asked for instead of compiling the SDK: that of Datadog would take minutes and 9 GB of memory.
package sdktypes

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// SDK is the source of a package of an SDK.
type SDK struct {
	// Version is the provider plugin's that belongs to it.
	Version string
	// files has the text of every file by its name, types where each type is declared.
	files map[string]string
	types map[string]string
}

var typeForm = regexp.MustCompile(`(?m)^type (\w+) struct \{`)

// Datadog reads the SDK of the Datadog provider. Its version and checksum are in test/datadog/sdk/go.mod.
func Datadog() (*SDK, error) {
	return load("github.com/pulumi/pulumi-datadog/sdk/v4", "sdk", "datadog", ".")
}

// Helm reads what the SDK of the Kubernetes provider has for Helm's releases.
func Helm() (*SDK, error) {
	return load("github.com/pulumi/pulumi-kubernetes/sdk/v4", ".", "kubernetes", "helm/v3")
}

// load downloads a module, unless that has been done, and reads a package of its provider. The folder, relative to
// test/datadog, is where the module is required.
func load(module, folder, provider, pkg string) (*SDK, error) {
	dir, err := download(module, folder)
	if err != nil {
		return nil, err
	}
	root := filepath.Join(dir, "go", provider)
	paths, err := filepath.Glob(filepath.Join(root, pkg, "*.go"))
	if err != nil || len(paths) == 0 {
		return nil, fmt.Errorf("%s has no source: %w", module, err)
	}
	s := &SDK{files: map[string]string{}, types: map[string]string{}}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		s.add(filepath.Base(path), string(text))
	}
	text, err := os.ReadFile(filepath.Join(root, "pulumi-plugin.json"))
	if err != nil {
		return nil, err
	}
	var plugin struct{ Version string }
	err = json.Unmarshal(text, &plugin)
	s.Version = plugin.Version
	return s, err
}

func download(module, folder string) (string, error) {
	_, here, _, _ := runtime.Caller(0)
	command := exec.Command("go", "mod", "download", "-json", module)
	command.Dir = filepath.Join(filepath.Dir(here), "..", folder)
	out, err := command.Output()
	var found struct{ Dir, Error string }
	if decoded := json.Unmarshal(out, &found); decoded != nil || err != nil || found.Dir == "" {
		return "", fmt.Errorf("download %s: %w %s", module, err, found.Error)
	}
	return found.Dir, nil
}

func (s *SDK) add(name, text string) {
	s.files[name] = text
	for _, at := range typeForm.FindAllStringSubmatchIndex(text, -1) {
		end := strings.Index(text[at[0]:], "\n}")
		s.types[text[at[2]:at[3]]] = text[at[0] : at[0]+end+2]
	}
}

var (
	secretForm = regexp.MustCompile(`AdditionalSecretOutputs\(\[\]string\{([^}]*)\}`)
	quoted     = regexp.MustCompile(`"(\w+)"`)
)

// Resource is what the resource with a token takes, and which of its outputs are secret.
func (s *SDK) Resource(token string) (inputs Type, secrets []string, err error) {
	for _, text := range s.files {
		if !strings.Contains(text, `ctx.RegisterResource("`+token+`"`) {
			continue
		}
		for _, m := range secretForm.FindAllStringSubmatch(text, -1) {
			for _, name := range quoted.FindAllStringSubmatch(m[1], -1) {
				secrets = append(secrets, name[1])
			}
		}
		for _, m := range typeForm.FindAllStringSubmatch(text, -1) {
			if strings.HasSuffix(m[1], "Args") && m[1][0] >= 'a' {
				inputs, err = s.object(m[1])
				return inputs, secrets, err
			}
		}
	}
	return Type{}, nil, fmt.Errorf("the SDK has no resource %s", token)
}
