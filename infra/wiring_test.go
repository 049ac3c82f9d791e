package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/big"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/internal/declare"
	"github.com/techcommerce/platform/infra/internal/wiring"
	"github.com/techcommerce/platform/stacks"
	"github.com/techcommerce/platform/stacks/stackstest"
)

// variants are the shipped stacks, one that uses what none of them does, and one that shares another's agent.
func variants(t testing.TB) map[string]stacks.Stack {
	t.Helper()
	all := map[string]stacks.Stack{}
	for _, name := range stackstest.Shipped(t) {
		all[name] = mustDecode(t, stackstest.File(t, name, stackstest.Secrets()))
	}
	all["attached"] = mustDecode(t, stackstest.Text(t, "attached", attached, stackstest.Secrets()))
	all["everything"] = mustDecode(t, stackstest.Text(t, "everything", everything, map[string]string{
		"backupAccessKey": "given-access-key", "backupSecretKey": "given-bucket-secret",
		"reservationKey":  strings.Repeat("given-reservation", 2),
		"tunnelAuthtoken": "given-authtoken", "tunnelBasicAuth": "ada:given-password",
		"alertWebhookUrl": "https://hooks.example.com/given-webhook", "slackWebhookUrl": "https://hooks.slack.com/given-slack",
		"pagerDutyRoutingKey": "given-routing-key", "heartbeatUrl": "https://heartbeat.example.com/given-heartbeat", "smtpPassword": "given-smtp-password",
		"remoteWritePassword": "given-remote-password",
		"webhookKeys":         "books=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw mail=whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
	}))
	all["managed"] = mustDecode(t, stackstest.Text(t, "managed", fmt.Sprintf(managed, mustCertify(t)), managedSecrets()))
	return all
}

// managed uses a database elsewhere that has an authority of its own, behind a pooler.
const managed = `
config:
  techcommerce:database: {external: {networks: [203.0.113.0/24], caBundle: %q, pooler: {}}}
  techcommerce:edge: {nodePort: 30300}
`

func managedSecrets() map[string]string {
	secrets := map[string]string{}
	for _, service := range []string{contract.ProductAPI.Name, contract.OrderAPI.Name} {
		for setting, port := range map[string]int{stacks.DatabaseURLSetting(service): 6432, stacks.DatabaseDirectURLSetting(service): 5432} {
			secrets[setting] = fmt.Sprintf("postgres://%s:given-%[2]s@db.example.com:%[3]d/%[1]s?sslmode=verify-full", service, setting, port)
		}
	}
	return secrets
}

// mustCertify is the certificate of an authority, in PEM.
func mustCertify(t testing.TB) string {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// TestServicesReachAManagedDatabase holds the way to it together: the addresses, the authority's file where the service
// looks for it, and the policy that lets both ports through.
func TestServicesReachAManagedDatabase(t *testing.T) {
	t.Parallel()
	certificate := mustCertify(t)
	stack := mustDecode(t, stackstest.Text(t, "managed", fmt.Sprintf(managed, certificate), managedSecrets()))
	objects := mustRead(t, mustDeclare(t, stack))
	for _, service := range []string{contract.ProductAPI.Name, contract.OrderAPI.Name} {
		_, c := deployment(objects, service)
		file := ""
		for _, variable := range c.Env {
			switch variable.Name {
			case contract.EnvDatabaseCA:
				file = variable.Value
			case contract.EnvDatabaseURL, contract.EnvDatabaseDirectURL:
				if variable.ValueFrom == nil || variable.ValueFrom.SecretKeyRef == nil {
					t.Errorf("%s: %s is no secret", service, variable.Name)
				}
			}
		}
		if got := mountedFile(objects, service, file); got != certificate {
			t.Errorf("%s: %s=%q has %q, want the certificate", service, contract.EnvDatabaseCA, file, got)
		}
		ports := map[int32]bool{}
		for _, rule := range policy(objects, service).Spec.Egress {
			for _, port := range rule.Ports {
				ports[port.Port.IntVal] = true
			}
		}
		if !ports[5432] || !ports[6432] {
			t.Errorf("%s may connect to %v, want 5432 and 6432 among them", service, ports)
		}
	}
}

// mountedFile is what a service's container finds at a path that is in a ConfigMap.
func mountedFile(objects *wiring.Objects, service, path string) string {
	d, c := deployment(objects, service)
	for _, mount := range c.VolumeMounts {
		for _, volume := range d.Spec.Template.Spec.Volumes {
			file, within := strings.CutPrefix(path, mount.MountPath+"/")
			if !within || volume.Name != mount.Name || volume.ConfigMap == nil {
				continue
			}
			for _, config := range objects.ConfigMaps {
				if config.Name == volume.ConfigMap.Name {
					return config.Data[file]
				}
			}
		}
	}
	return ""
}

// attached is a second stack on a cluster: it uses the agent that another one has installed.
const attached = `
config:
  techcommerce:database: {postgres: {}}
  techcommerce:edge: {nodePort: 30300}
  techcommerce:datadog: {cluster: c1, agent: null}
`

const everything = `
config:
  techcommerce:services:
    frontend: {autoscale: {min: 2, max: 4}, openConnections: 2000, connectionsPerClient: 100, requestsPerClient: 20}
    order-api: {spread: required}
  techcommerce:cluster: {dns: [169.254.20.10/32]}
  techcommerce:webhooks:
    - {name: books, url: https://books.example.com/events}
    - {name: mail, url: "http://mailer.mail.svc:8080/events"}
  techcommerce:database:
    postgres:
      memory: {request: 1Gi, limit: 2Gi}
      restore: 2026-01-31T03-15-00Z
      backup:
        bucket: {endpoint: https://s3.example.com, name: backups, networks: [203.0.113.0/24]}
  techcommerce:alerts:
    limits: {errors: 2.5, latency: 1500, pending: 10m}
    objectives: {catalogueTime: 250}
    severities: {info: [HighCPUUsage], without: [HighDiskUsage]}
  techcommerce:monitoring:
    runbooks: https://example.com/runbooks
    grafana: {url: https://grafana.example.com, nodePort: 30301}
    probe: {networks: [203.0.113.0/24]}
    prometheus:
      nodePort: 30302
      remoteWrite: {url: https://metrics.example.com/push, user: shop, networks: [203.0.113.0/24]}
    alertmanager:
      receivers:
        webhook: {}
        slack: {channel: "#alerts"}
        pagerDuty: {}
        heartbeat: {}
        email: {to: ops@example.com, from: shop@example.com, server: smtp.example.com:587, user: shop}
        networks: [0.0.0.0/0]
  techcommerce:edge:
    nodePort: 30300
    ingress: {host: shop.example.com, metrics: true, tls: {secret: shop-tls}}
    tunnel:
      endpoints: {order-api: {url: https://orders.ngrok.example.com}}
`

func mustRead(t testing.TB, declaration *declare.Declaration) *wiring.Objects {
	t.Helper()
	var list []map[string]any
	for _, r := range declaration.Resources {
		object := r.Object()
		if object == nil {
			continue
		}
		if spec, ok := object["spec"].(map[string]any); ok && slices.Contains(r.Options, "ignoreChanges:spec.replicas") {
			delete(spec, "replicas") // the number that it begins with, which is an autoscaler's from then on
		}
		list = append(list, object)
	}
	objects, err := wiring.Read(list)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// expectations is what the rules must know of a stack.
func expectations(t testing.TB, stack stacks.Stack) wiring.Stack {
	t.Helper()
	images := map[string]string{}
	for service, image := range testRelease().images {
		images[service] = string(image)
	}
	return wiring.Stack{Environment: stack.Environment, Variables: contractVariables(t), Images: images}
}

// contractVariables reads the names that services read from the constants of apps/contract.
func contractVariables(t testing.TB) []string {
	t.Helper()
	path := filepath.Join(stackstest.Root(), "apps", "contract", "env.go")
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	ast.Inspect(file, func(node ast.Node) bool {
		if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			name, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
		return true
	})
	return names
}

func TestEverythingFits(t *testing.T) {
	t.Parallel()
	for name, stack := range variants(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, problem := range wiring.Check(mustRead(t, mustDeclare(t, stack)), expectations(t, stack)) {
				t.Error(problem)
			}
		})
	}
}

// TestSecretsStaySecret looks for every secret value in everything that is declared.
func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	for name, stack := range variants(t) {
		values := []string{strings.Repeat("a5", 32)}
		for _, secret := range stack.Secrets {
			values = append(values, secret.Reveal())
		}
		for _, problem := range leaks(mustDeclare(t, stack), values) {
			t.Errorf("%s: %s", name, problem)
		}
	}
}

// leaks lists inputs that show one of the values, and Secrets whose data is not secret.
func leaks(declaration *declare.Declaration, values []string) []string {
	var found []string
	for _, r := range declaration.Resources {
		shown := resource.NewProperty(resource.NewPropertyMapFromMap(r.Plain())).String()
		for _, value := range values {
			if strings.Contains(shown, value) {
				found = append(found, r.Type+" "+r.Name+" shows a secret")
			}
		}
		if r.Type == "kubernetes:core/v1:Secret" && !r.Inputs["data"].IsSecret() {
			found = append(found, r.Type+" "+r.Name+" keeps its data in clear")
		}
	}
	return found
}

// TestFamily holds the house rules of components: whatever a provider manages belongs to a component and to the
// provider that the stack chose.
func TestFamily(t *testing.T) {
	t.Parallel()
	for name, stack := range variants(t) {
		for _, r := range mustDeclare(t, stack).Resources {
			if !r.Custom || strings.HasPrefix(r.Type, "pulumi:providers:") {
				continue
			}
			if r.Parent == "" {
				t.Errorf("%s: %s %s has no parent", name, r.Type, r.Name)
			}
			of := "::cluster::"
			if strings.HasPrefix(r.Type, "datadog:") {
				of = "::datadog::"
			}
			if !strings.Contains(r.Provider, of) {
				t.Errorf("%s: %s %s has provider %q, want the stack's own", name, r.Type, r.Name, r.Provider)
			}
		}
	}
}

func TestProductionIsNoSmallerThanStaging(t *testing.T) {
	t.Parallel()
	staging := mustDecode(t, stackstest.File(t, "staging", stackstest.Secrets()))
	production := mustDecode(t, stackstest.File(t, "production", stackstest.Secrets()))
	for _, problem := range smaller(production, staging) {
		t.Error(problem)
	}
}

// smaller lists the services that have less in one stack than in another.
func smaller(stack, than stacks.Stack) []string {
	var found []string
	for name, service := range stack.Services {
		other := than.Services[name]
		if service.Least() <= other.Least() || service.Peak() <= other.Peak() || service.Memory.Limit < other.Memory.Limit {
			found = append(found, name+": "+stack.Name+" has no more of it than "+than.Name)
		}
	}
	return found
}
