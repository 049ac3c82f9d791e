package e2e_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"
)

// declaration proves on the cluster what the program declares, without bringing another stack up.
func (p *platform) declaration(t *testing.T) {
	o := newOperator(t, p)
	inOrder(t,
		step{"the stack's outputs say what runs", p.tellsWhatRuns},
		step{"the stack's state shows no secret", p.hidesSecrets},
		step{"pulumi preview works for staging and production", o.previewsTheOthers},
		step{"the API server admits production", p.judgesProduction},
		step{"the API server admits staging, and refuses what breaks its rules", p.judgesStaging},
		step{"a container that joins a running pod keeps the rules too", p.judgesEphemeralContainers},
	)
}

// data proves what stacks on PostgreSQL do with their data, in the cluster and outside it. They are stacks of their own.
func (p *platform) data(t *testing.T) {
	o := newOperator(t, p)
	inOrder(t,
		step{"a new stack serves on PostgreSQL", o.servesOnPostgres},
		step{"each role reaches its own database alone", o.keepsRolesApart},
		step{"who may connect to whom, and who may not", func(t *testing.T) { p.connects(t, prNamespace) }},
		step{"product-api grows under load", func(t *testing.T) { p.grows(t, o.shop.url, prNamespace, prLeast) }},
		step{"the backup is made", o.backsUp},
		step{"a lost volume is restored", o.restores},
		step{"product-api has shrunk again", func(t *testing.T) { p.shrinks(t, prNamespace, prLeast, 2*time.Minute) }},
		step{"a service is handed to an autoscaler and back", o.changesWhoScales},
		step{"its state shows no secret", func(t *testing.T) { o.checkState(t, prStack) }},
		step{"it goes away whole", func(t *testing.T) { o.destroy(t, prStack) }},
		step{"a stack keeps its data in a PostgreSQL outside", o.keepsDataOutside},
	)
}

// shows reports whether a text has a secret, as it is or as Kubernetes writes it down.
func shows(text, secret string) bool {
	return strings.Contains(text, secret) || strings.Contains(text, base64.StdEncoding.EncodeToString([]byte(secret)))
}

// hidesSecrets looks into the exported state of the stack that make up has brought up.
func (p *platform) hidesSecrets(t *testing.T) {
	if p.exposed(t, "local", p.shell(t, "pulumi stack export --stack local")) == 0 {
		t.Error("the shop has no secret, so nothing was looked for")
	}
}

// exposed looks for the value of every Secret that a stack has made in its exported state, and returns how many it has
// looked for.
func (p *platform) exposed(t testing.TB, stack, state string) (values int) {
	t.Helper()
	var secrets struct {
		Items []struct {
			Metadata struct{ Name string }
			Data     map[string][]byte
		}
	}
	mustRead(t, []byte(p.kubectl(t, "", "get", "secrets", "--all-namespaces", "-o", "json",
		"-l", "app.kubernetes.io/part-of=techcommerce,environment="+stack)), &secrets)
	for _, secret := range secrets.Items {
		for key, value := range secret.Data {
			values++
			if shows(state, string(value)) {
				t.Errorf("pulumi stack export --stack %s shows %s of the Secret %s", stack, key, secret.Metadata.Name)
			}
		}
	}
	return values
}
