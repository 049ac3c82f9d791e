package main

import (
	"testing"

	"github.com/techcommerce/platform/stacks/stackstest"
)

const registryLogin = `{"auths": {"registry.example.com": {"username": "shop", "password": "secret"}}}`

// TestImagesArePulledWithCredentials: every account of every part has the Secret, and where the stack was given the
// credentials, each namespace of its own has it, too.
func TestImagesArePulledWithCredentials(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, setting, credentials, want string }{
		{"none", "{}", "", ""},
		{"the stack's own", "{}", registryLogin, "image-pull"},
		{"somebody else's", "{pullSecret: regcred}", "", "regcred"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			secrets := stackstest.Secrets()
			if tt.credentials != "" {
				secrets["registryCredentials"] = tt.credentials
			}
			text := "config:\n  techcommerce:database: {postgres: {}}\n  techcommerce:edge: {nodePort: 30000}\n" +
				"  techcommerce:monitoring: {}\n  techcommerce:images: " + tt.setting + "\n"
			objects := mustRead(t, mustDeclare(t, mustDecode(t, stackstest.Text(t, "pull", text, secrets))))
			if len(objects.Accounts) < 8 {
				t.Errorf("%d service accounts, want those of the services, the database and the monitoring", len(objects.Accounts))
			}
			for _, account := range objects.Accounts {
				got := ""
				for _, secret := range account.ImagePullSecrets {
					got += secret.Name
				}
				if got != tt.want {
					t.Errorf("account %s pulls with %q, want %q", account.Name, got, tt.want)
				}
			}
			made := map[string]bool{}
			for _, secret := range objects.Secrets {
				if secret.Name == tt.want {
					made[secret.Namespace] = true
				}
			}
			for _, namespace := range objects.Namespaces {
				if made[namespace.Name] != (tt.credentials != "") {
					t.Errorf("namespace %s: a pull secret is declared: %t", namespace.Name, made[namespace.Name])
				}
			}
		})
	}
}
