package main

import (
	"testing"

	"github.com/techcommerce/platform/stacks/stackstest"
)

// TestNobodyWhoMayChooseAnAddressIsTrusted: the frontend believes the proxies before it, and nobody who may come past
// them.
func TestNobodyWhoMayChooseAnAddressIsTrusted(t *testing.T) {
	t.Parallel()
	const ingress, tunnel = "ingress: {host: shop.example.com}", "tunnel: {public: true}"
	tests := []struct{ name, edge, networks, policy string }{
		{"a node port", "nodePort: 30000", "", "Cluster"},
		{"a node port that keeps addresses", "nodePort: 30000, externalTrafficPolicy: Local", "", "Local"},
		{"an ingress", ingress, "private", ""},
		{"a tunnel", tunnel, "private", ""},
		{"a node port beside an ingress", "nodePort: 30000, " + ingress, "", "Cluster"},
		{"a node port beside a tunnel", "nodePort: 30000, " + tunnel, "", "Cluster"},
		{
			"networks of the stack", "nodePort: 30000, trustedNetworks: [10.42.0.0/16, fd00::/64], " + ingress,
			"10.42.0.0/16,fd00::/64", "Cluster",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			secrets := stackstest.Secrets()
			secrets["tunnelAuthtoken"] = "given-authtoken"
			text := "config:\n  techcommerce:database: {embedded: {}}\n  techcommerce:edge: {" + tt.edge + "}\n" +
				"  techcommerce:services: {frontend: {writeRate: 7, memory: {limit: 100Mi}}}\n"
			objects := mustRead(t, mustDeclare(t, mustDecode(t, stackstest.Text(t, "trust", text, secrets))))
			env := map[string]string{}
			_, container := deployment(objects, "frontend")
			for _, variable := range container.Env {
				env[variable.Name] = variable.Value
			}
			if got := env["TRUSTED_NETWORKS"]; got != tt.networks {
				t.Errorf("the frontend trusts %q, want %q", got, tt.networks)
			}
			if got, ok := env["TRUSTED_PROXIES"]; ok {
				t.Errorf("the frontend counts %q proxies, whoever the peer is", got)
			}
			if got := string(service(objects, "frontend-service").Spec.ExternalTrafficPolicy); got != tt.policy {
				t.Errorf("the node port's policy is %q, want %q", got, tt.policy)
			}
			if env["WRITE_RATE"] != "7" || env["GOMEMLIMIT"] != "83886080" {
				t.Errorf("WRITE_RATE %s, GOMEMLIMIT %s, want 7 and 80 %% of 100 MiB", env["WRITE_RATE"], env["GOMEMLIMIT"])
			}
		})
	}
}
