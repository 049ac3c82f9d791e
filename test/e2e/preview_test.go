package e2e_test

import (
	"regexp"
	"testing"
)

// ingressClass stands in for an ingress controller: previews want to find its class, and nobody else does.
const ingressClass = `
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: example.com/none}
`

// shippedSecrets are what an operator sets before the first pulumi up of a shipped stack.
func shippedSecrets(stack string) map[string]string {
	if stack != "production" {
		return nil
	}
	return map[string]string{
		"productApiDatabaseUrl": "postgres://products:preview-of-products@10.0.0.10:5432/products?sslmode=verify-full",
		"orderApiDatabaseUrl":   "postgres://orders:preview-of-orders@10.0.0.10:5432/orders?sslmode=verify-full",
		"pagerDutyRoutingKey":   "preview-of-routing-key",
		"heartbeatUrl":          "https://heartbeat.example.com/preview",
	}
}

// previewsTheOthers previews the shipped stacks that do not run here, as a pull request does. Production does without
// Datadog, whose provider and chart only the internet has: test/datadog previews that against stand-ins.
func (o *operator) previewsTheOthers(t *testing.T) {
	o.p.create(t, ingressClass, "ingressclass", "nginx")
	for _, stack := range []string{"staging", "production"} {
		o.create(t, stack, "", shippedSecrets(stack))
		if stack == "production" {
			o.pulumi(t, "config", "rm", "--stack", stack, "datadog")
		}
		said := o.pulumi(t, "preview", "--stack", stack, "--diff")
		if !regexp.MustCompile(`Resources:\s+\+ \d+ to create`).MatchString(said) {
			t.Errorf("pulumi preview --stack %s does not end with what is to be created:\n%s", stack, said)
		}
		for _, value := range o.given[stack] {
			if shows(said, value) {
				t.Errorf("pulumi preview --stack %s shows a secret: %s", stack, value)
			}
		}
	}
}
