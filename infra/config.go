package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/stacks"
)

// settings reads the stack's configuration. It takes the raw values from where the CLI leaves them: the SDK's accessors
// want to know each key beforehand, and so can never report one that is misspelt.
func settings(project, stack string, getenv func(string) string) (stacks.Stack, error) {
	source := stacks.Source{Stack: stack, Values: map[string]string{}}
	var values map[string]string
	if err := readEnv(getenv, pulumi.EnvConfig, &values); err != nil {
		return stacks.Stack{}, err
	}
	for key, value := range values {
		if name, ok := strings.CutPrefix(key, project+":"); ok {
			source.Values[name] = value
		}
	}
	var secrets []string
	if err := readEnv(getenv, pulumi.EnvConfigSecretKeys, &secrets); err != nil {
		return stacks.Stack{}, err
	}
	for _, key := range secrets {
		source.Secrets = append(source.Secrets, strings.TrimPrefix(key, project+":"))
	}
	return stacks.Decode(source)
}

func readEnv(getenv func(string) string, name string, into any) error {
	text := getenv(name)
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
