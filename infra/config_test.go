package main

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/declare"
	"github.com/techcommerce/platform/stacks"
	"github.com/techcommerce/platform/stacks/stackstest"
)

// settingsOf reads a file's text through the environment, as the CLI hands it over.
func settingsOf(t testing.TB, text string) (stacks.Stack, error) {
	t.Helper()
	source := stackstest.Text(t, "test", text, nil)
	values := map[string]string{"other:key": "belongs to a provider"}
	for key, value := range source.Values {
		values["techcommerce:"+key] = value
	}
	config, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	return settings("techcommerce", "test", func(name string) string {
		if name == pulumi.EnvConfig {
			return string(config)
		}
		return ""
	})
}

func TestSettingsLeaveOtherNamespacesAlone(t *testing.T) {
	t.Parallel()
	const text = "config:\n  techcommerce:database: {embedded: {}}\n  techcommerce:edge: {nodePort: 30000}\n"
	stack, err := settingsOf(t, text)
	if err != nil || stack.Edge.NodePort != 30000 {
		t.Errorf("got %+v, %v", stack.Edge, err)
	}
}

// twice runs a program twice, as if everything in it were written twice.
func twice(program declare.Program) declare.Program {
	return func(ctx *pulumi.Context) error {
		if err := program(ctx); err != nil {
			return err
		}
		return program(ctx)
	}
}
