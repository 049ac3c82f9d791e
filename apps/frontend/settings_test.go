package main

import (
	"io"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
)

func TestBadSettingsAreNamedTogether(t *testing.T) {
	t.Parallel()
	env := map[string]string{contract.EnvProductAPIURL: "product-api:5003", contract.EnvSessionKey: "short"}
	err := run(t.Context(), func(name string) string { return env[name] }, io.Discard)
	if err == nil {
		t.Fatal("started without settings")
	}
	for _, name := range []string{contract.EnvProductAPIURL, contract.EnvOrderAPIURL, contract.EnvSessionKey} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("the error does not name %s: %v", name, err)
		}
	}
	if strings.Contains(err.Error(), "short") {
		t.Errorf("the error tells the key: %v", err)
	}
}
