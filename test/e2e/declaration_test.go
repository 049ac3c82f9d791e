package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// declaration proves on the cluster what the program declares.
func (p *platform) declaration(t *testing.T) {
	o := newOperator(t, p)
	inOrder(t,
		step{"the stack's state shows no secret", p.hidesSecrets},
		step{"pulumi preview works for staging and production", o.previewsTheOthers},
		step{"the API server admits production", p.judgesProduction},
		step{"the API server admits staging, and refuses what breaks its rules", p.judgesStaging},
	)
}

// hidesSecrets looks for every secret value of the namespace in the stack's exported state.
func (p *platform) hidesSecrets(t *testing.T) {
	state := p.shell(t, "pulumi stack export --stack local")
	var secrets struct {
		Items []struct {
			Metadata struct{ Name string }
			Data     map[string][]byte
		}
	}
	text := p.shell(t, "kubectl -n techcommerce get secrets -o json")
	if err := json.Unmarshal([]byte(text), &secrets); err != nil {
		t.Fatal(err)
	}
	values := 0
	for _, secret := range secrets.Items {
		for key, value := range secret.Data {
			values++
			if strings.Contains(state, string(value)) {
				t.Errorf("pulumi stack export shows %s of the Secret %s", key, secret.Metadata.Name)
			}
		}
	}
	if values == 0 {
		t.Error("the shop has no secret, so nothing was looked for")
	}
}
