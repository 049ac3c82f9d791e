package main

import (
	"fmt"
	"slices"
	"testing"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/techcommerce/platform/infra/internal/wiring"
	"github.com/techcommerce/platform/stacks/stackstest"
)

// TestWebhooks: what the setting says is what order-api is told, where it may connect, and what the stack's outputs say.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	const base = "config:\n  techcommerce:database: {embedded: {}}\n  techcommerce:edge: {nodePort: 30000}\n"
	secrets := stackstest.Secrets()
	secrets["webhookKeys"] = "books=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw mail=whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX " +
		"near=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	off := mustDecode(t, stackstest.Text(t, "off", base, secrets))
	on := mustDecode(t, stackstest.Text(t, "on", base+`  techcommerce:webhooks:
    - {name: books, url: "https://books.example.com/events?token=1"}
    - {name: mail, url: "http://mailer.mail.svc.cluster.local:8080/"}
    - {name: near, url: "https://10.1.2.3:8443/", networks: [10.1.2.0/24]}
`, secrets))
	if off.Off()["webhooks"] == "" || on.Off()["webhooks"] != "" {
		t.Errorf("off = %q and %q", off.Off()["webhooks"], on.Off()["webhooks"])
	}
	if got, want := receiversOfEvents(on)["books"], "https://books.example.com"; got != want {
		t.Errorf("the outputs say %q, want %q without the token", got, want)
	}
	quiet, objects := mustRead(t, mustDeclare(t, off)), mustRead(t, mustDeclare(t, on))
	_, silent := deployment(quiet, "order-api")
	for _, variable := range silent.Env {
		if variable.Name == "WEBHOOKS" || variable.Name == "WEBHOOK_KEYS" {
			t.Errorf("without webhooks there is %s", variable.Name)
		}
	}
	_, container := deployment(objects, "order-api")
	want := "books=https://books.example.com/events?token=1 mail=http://mailer.mail.svc.cluster.local:8080/ near=https://10.1.2.3:8443/"
	told, keys := "", false
	for _, variable := range container.Env {
		switch variable.Name {
		case "WEBHOOKS":
			told = variable.Value
		case "WEBHOOK_KEYS":
			keys = variable.ValueFrom != nil && variable.ValueFrom.SecretKeyRef != nil
		}
	}
	if told != want || !keys {
		t.Errorf("WEBHOOKS = %q, want %q; WEBHOOK_KEYS is from a Secret: %t", told, want, keys)
	}
	before, after := egress(quiet, "order-api"), egress(objects, "order-api")
	added := slices.DeleteFunc(after, func(rule string) bool { return slices.Contains(before, rule) })
	if want := []string{"0.0.0.0/0 but 5 [443]", "::/0 but 2 [443]", "namespace mail []", "10.1.2.0/24 but 0 [8443]"}; !slices.Equal(added, want) {
		t.Errorf("order-api may also connect to %q, want %q", added, want)
	}
	for _, other := range []string{"frontend", "product-api"} {
		if got, want := egress(objects, other), egress(quiet, other); !slices.Equal(got, want) {
			t.Errorf("%s may connect to %q, want %q", other, got, want)
		}
	}
}

// egress lists whom the pods of a service may connect to, with the ports.
func egress(o *wiring.Objects, name string) (rules []string) {
	for _, rule := range policy(o, name).Spec.Egress {
		var ports []int
		for _, port := range rule.Ports {
			ports = append(ports, port.Port.IntValue())
		}
		for _, to := range rule.To {
			rules = append(rules, fmt.Sprintf("%s %v", peer(to), ports))
		}
	}
	return rules
}

func peer(to networkingv1.NetworkPolicyPeer) string {
	switch {
	case to.IPBlock != nil:
		return fmt.Sprintf("%s but %d", to.IPBlock.CIDR, len(to.IPBlock.Except))
	case to.NamespaceSelector != nil:
		return "namespace " + to.NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"]
	}
	return fmt.Sprint("pods ", to.PodSelector.MatchLabels)
}
