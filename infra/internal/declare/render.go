package declare

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"go.yaml.in/yaml/v3"
)

// Hidden stands for a secret value.
const Hidden = "[secret]"

// Object is the resource as a Kubernetes object, secrets hidden; nil if it is none.
func (r Resource) Object() map[string]any {
	if !r.Custom || !strings.HasPrefix(r.Type, "kubernetes:") {
		return nil
	}
	object := r.Plain()
	if metadata, ok := object["metadata"].(map[string]any); ok && metadata["name"] == nil {
		metadata["name"] = r.Name + AutoName
	}
	return object
}

// Plain is the inputs as plain values, secrets hidden.
func (r Resource) Plain() map[string]any {
	return r.Inputs.MapRepl(nil, func(value resource.PropertyValue) (any, bool) {
		if value.IsSecret() {
			return hide(value.SecretValue().Element), true
		}
		if value.IsComputed() || value.IsOutput() {
			return "[unknown]", true
		}
		return nil, false
	})
}

// hide keeps the keys of a secret object.
func hide(value resource.PropertyValue) any {
	if !value.IsObject() {
		return Hidden
	}
	hidden := map[string]any{}
	for key := range value.ObjectValue() {
		hidden[string(key)] = Hidden
	}
	return hidden
}

// YAML is every Kubernetes object and every resource of Datadog, each after a line with its logical name, its parent and its options.
func (d *Declaration) YAML() (string, error) {
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	for _, r := range d.Resources {
		object := r.Object()
		if strings.HasPrefix(r.Type, "datadog:") {
			object = r.Plain()
		}
		if object == nil {
			continue
		}
		shorten(object)
		var node yaml.Node
		if err := node.Encode(object); err != nil {
			return "", fmt.Errorf("%s %s: %w", r.Type, r.Name, err)
		}
		node.HeadComment = strings.Join(append([]string{r.Parent + "/" + r.Name}, r.Options...), " ")
		if err := encoder.Encode(&node); err != nil {
			return "", fmt.Errorf("%s %s: %w", r.Type, r.Name, err)
		}
	}
	return text.String(), encoder.Close()
}

// shorten puts a digest in the place of dashboards and rules: where they are written a change of them is seen better.
func shorten(object map[string]any) {
	files, _ := object["data"].(map[string]any)
	for name, content := range files {
		if text, ok := content.(string); ok && (strings.HasSuffix(name, ".json") || name == "rules.yml") {
			files[name] = fmt.Sprintf("[sha256 %.6x]", sha256.Sum256([]byte(text)))
		}
	}
}
