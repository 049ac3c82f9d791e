package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/techcommerce/platform/infra/internal/declare"
	"github.com/techcommerce/platform/infra/internal/wiring"
	"github.com/techcommerce/platform/stacks/stackstest"
)

// fault is one fault of the system that this one replaces, put back into what staging declares.
type fault struct {
	// name is the fault's number in that system's list, and what it was.
	name string
	// put makes the fault.
	put func(o *wiring.Objects)
	// want is the message that catches it.
	want string
}

func TestFaultsInDeclarationsAreCaught(t *testing.T) {
	t.Parallel()
	stack := mustDecode(t, stackstest.File(t, "staging", nil))
	declaration, expected := mustDeclare(t, stack), expectations(t, stack)
	for _, f := range slices.Concat(podFaults(), networkFaults(), dataFaults(), watchingFaults()) {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			objects := mustRead(t, declaration)
			f.put(objects)
			found := wiring.Check(objects, expected)
			if !slices.Contains(found, f.want) {
				t.Errorf("want %q, got %d problems:\n%s", f.want, len(found), strings.Join(found, "\n"))
			}
		})
	}
}

// deployment finds one, and its only container.
func deployment(o *wiring.Objects, name string) (*appsv1.Deployment, *corev1.Container) {
	for _, d := range o.Deployments {
		if d.Name == name {
			return d, &d.Spec.Template.Spec.Containers[0]
		}
	}
	panic("no Deployment " + name)
}

func statefulSet(o *wiring.Objects, name string) *appsv1.StatefulSet {
	for _, s := range o.StatefulSets {
		if s.Name == name {
			return s
		}
	}
	panic("no StatefulSet " + name)
}

// container changes the only container of a Deployment.
func container(name string, change func(c *corev1.Container)) func(o *wiring.Objects) {
	return func(o *wiring.Objects) {
		_, c := deployment(o, name)
		change(c)
	}
}

// setEnv sets a variable of a Deployment's container.
func setEnv(name, variable, value string) func(o *wiring.Objects) {
	return container(name, func(c *corev1.Container) {
		for i := range c.Env {
			if c.Env[i].Name == variable {
				c.Env[i].Value = value
				return
			}
		}
		c.Env = append(c.Env, corev1.EnvVar{Name: variable, Value: value})
	})
}

func service(o *wiring.Objects, name string) *corev1.Service {
	for _, s := range o.Services {
		if s.Name == name {
			return s
		}
	}
	panic("no Service " + name)
}

func policy(o *wiring.Objects, name string) *networkingv1.NetworkPolicy {
	for _, p := range o.Policies {
		if p.Name == name {
			return p
		}
	}
	panic("no NetworkPolicy " + name)
}

func podFaults() []fault {
	return []fault{
		{"B3 runs an image that nobody builds", container("product-api", func(c *corev1.Container) {
			c.Image = "product-api:1"
		}), "Deployment product-api: product-api: image product-api:1 is not the build of product-api (" +
			"registry.example.com/product-api@sha256:" + strings.Repeat("1", 64) + ")"},
		{"B4 listens elsewhere than probes and Service ask", setEnv("order-api", "LISTEN_ADDRESS", ":5000"),
			"Deployment order-api: listens on :5000, but its port http is 5004"},
		{"B5 a shared ConfigMap leaks one service's variables to all", container("product-api", func(c *corev1.Container) {
			c.EnvFrom = []corev1.EnvFromSource{{ConfigMapRef: &corev1.ConfigMapEnvSource{
				LocalObjectReference: corev1.LocalObjectReference{Name: "database-auto"},
			}}}
		}), "Deployment product-api: envFrom hands over variables that are meant for others"},
		{"B7 sets variables that nobody reads", setEnv("product-api", "FLASK_ENV", "production"),
			"Deployment product-api: variable FLASK_ENV: no service reads it (apps/contract)"},
		{"B8 has no securityContext", container("product-api", func(c *corev1.Container) { c.SecurityContext = nil }),
			"Deployment product-api: product-api: no securityContext"},
		{"B8 can write to its root file system", container("order-api", func(c *corev1.Container) {
			*c.SecurityContext.ReadOnlyRootFilesystem = false
		}), "Deployment order-api: order-api: can write to its image's file system"},
		{"B8 runs as another user than promised", func(o *wiring.Objects) {
			d, _ := deployment(o, "frontend")
			*d.Spec.Template.Spec.SecurityContext.RunAsUser = 101
		}, "Deployment frontend: does not run as user 1001"},
		{"B9 has no startup probe", container("frontend", func(c *corev1.Container) { c.StartupProbe = nil }),
			"Deployment frontend: frontend: no startup probe"},
		{"B9 has no disruption budget", func(o *wiring.Objects) { o.Budgets = nil },
			"Deployment order-api: no PodDisruptionBudget"},
		{"B9 spreads its pods over nothing", func(o *wiring.Objects) {
			d, _ := deployment(o, "frontend")
			d.Spec.Template.Spec.TopologySpreadConstraints = nil
		}, "Deployment frontend: nothing spreads its pods"},
		{"B9 runs as the default account", func(o *wiring.Objects) {
			d, _ := deployment(o, "frontend")
			d.Spec.Template.Spec.ServiceAccountName = ""
		}, "Deployment frontend: runs as the namespace's default ServiceAccount"},
		{"B10 a tag that moves", container("frontend", func(c *corev1.Container) { c.Image = "frontend:latest" }),
			"Deployment frontend: frontend: image frontend:latest can change under its name"},
		{"B11 the namespace says another environment", func(o *wiring.Objects) {
			o.Namespaces[0].Labels["environment"] = "production"
		}, `Namespace techcommerce-staging: label environment is "production", want "staging"`},
		{"B11 pods do not say their environment", func(o *wiring.Objects) {
			d, _ := deployment(o, "order-api")
			delete(d.Spec.Template.Labels, "environment")
		}, "Deployment order-api: pods: no label environment"},
		{"B17 replicas fight the autoscaler", func(o *wiring.Objects) {
			d, _ := deployment(o, "product-api")
			one := int32(1)
			d.Spec.Replicas = &one
		}, "Deployment product-api: sets replicas to 1, which HorizontalPodAutoscaler product-api-hpa owns"},
		{"B22 probes a path that is a page", container("frontend", func(c *corev1.Container) {
			c.ReadinessProbe.HTTPGet.Path = "/index.html"
		}), "Deployment frontend: frontend: readiness probe asks /index.html, want /ready"},
		{"B39 declares and checks a port that is not served", container("order-api", func(c *corev1.Container) {
			c.LivenessProbe.HTTPGet.Port = intstr.FromInt32(5000)
		}), "Deployment order-api: order-api: liveness probe asks port 5000, which the container does not have"},
		{"B56 Datadog cannot tell the service", func(o *wiring.Objects) {
			d, _ := deployment(o, "order-api")
			delete(d.Spec.Template.Labels, "tags.datadoghq.com/service")
		}, `Deployment order-api: pods: label tags.datadoghq.com/service is "", want "order-api"`},
		{"a release changes the selector", func(o *wiring.Objects) {
			d, _ := deployment(o, "order-api")
			d.Spec.Selector.MatchLabels["app.kubernetes.io/version"] = "222222222222"
		}, "Deployment order-api: selector has app.kubernetes.io/version, which changes with every release"},
		{"is killed while it drains", func(o *wiring.Objects) {
			d, _ := deployment(o, "order-api")
			*d.Spec.Template.Spec.TerminationGracePeriodSeconds = 15
		}, "Deployment order-api: is killed after 15s, but drains for 20s"},
	}
}

// TestB2DuplicatesAreRefused: two manifests for one object, of which one silently won.
func TestB2DuplicatesAreRefused(t *testing.T) {
	t.Parallel()
	stack := mustDecode(t, stackstest.File(t, "local", nil))
	_, err := declare.Run("techcommerce", "local", twice(program(stack)))
	want := "duplicate resource pulumi:pulumi:Stack$pulumi:providers:kubernetes::cluster"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}

// TestB53SecretsInClearAreFound: credentials in state.
func TestB53SecretsInClearAreFound(t *testing.T) {
	t.Parallel()
	declaration := mustDeclare(t, mustDecode(t, stackstest.File(t, "local", nil)))
	for i, r := range declaration.Resources {
		if r.Type == "kubernetes:core/v1:Secret" {
			declaration.Resources[i].Inputs["data"] = r.Inputs["data"].SecretValue().Element
		}
	}
	want := "kubernetes:core/v1:Secret admin-api-key-1 keeps its data in clear"
	if found := leaks(declaration, nil); !slices.Contains(found, want) {
		t.Errorf("got %q, want %q", found, want)
	}
}

// TestB18ProductionWithLessIsFound: an overlay that raised one service's replicas and forgot another's.
func TestB18ProductionWithLessIsFound(t *testing.T) {
	t.Parallel()
	staging := mustDecode(t, stackstest.File(t, "staging", nil))
	production := mustDecode(t, stackstest.File(t, "production", stackstest.Secrets()))
	orders := production.Services["order-api"]
	orders.Replicas = 2
	production.Services["order-api"] = orders
	want := "order-api: production has no more of it than staging"
	if found := smaller(production, staging); !slices.Contains(found, want) {
		t.Errorf("got %q, want %q", found, want)
	}
}

// TestFaultsInSettingsAreCaught puts faults into a stack's file.
func TestFaultsInSettingsAreCaught(t *testing.T) {
	t.Parallel()
	const base = "config:\n  techcommerce:database: {embedded: {}}\n  techcommerce:edge: {nodePort: 30000}\n"
	for _, f := range []struct{ name, settings, want string }{
		{"B26 a tag that may not exist", "  techcommerce:images: {refs: {frontend: 'shop/frontend:1a2b3c4'}}",
			`images.refs.frontend: "shop/frontend:1a2b3c4", want a reference that ends in @sha256:<64 hex digits>`},
		{"B27 an image of no service", "  techcommerce:images: {refs: {techcommerce-frontend: x}}",
			`images.refs.techcommerce-frontend: unknown key, did you mean "frontend"?`},
		{"B57 a setting that nobody reads", "  techcommerce:timeout: 30",
			`timeout: unknown key here, did you mean drain.timeout?`},
		{"B58 a credential in the repository", "  techcommerce:adminApiKey: change-me",
			"adminApiKey: stored in clear; change the value and run `pulumi config set --secret adminApiKey`"},
	} {
		_, err := settingsOf(t, base+f.settings)
		if got := fmt.Sprint(err); !strings.Contains(got, f.want) {
			t.Errorf("%s: got %v, want %q", f.name, got, f.want)
		}
	}
}

// impossible are the faults that can no longer be written down, with the reason.
func impossible() map[string]string {
	return map[string]string{
		"B13": "there are no overlays and no YAML to merge: objects are values of Go types, which the compiler checks",
		"B19": "the provider always applies on the server, which validates; there is no flag to leave that out",
		"B23": "the cart is apps/frontend's, whose tests hold it",
		"B31": "images and settings of a stack are one commit; going back to it takes everything back",
		"B35": "state and secrets are in the stack's backend; a kubeconfig is never an input of the program",
		"B37": "validation is the services', whose tests hold it",
		"B54": "a component's outputs are fields: asking for one that is not there does not compile",
		"B59": "a tunnel is one agent whose targets are services of the contract at their public ports, and pages use relative addresses",
	}
}

// TestFaultsAreAccountedFor counts: at least thirty of the old faults are caught or impossible.
func TestFaultsAreAccountedFor(t *testing.T) {
	t.Parallel()
	accounted := map[string]bool{
		"B2": true, "B18": true, "B26": true, "B27": true, "B53": true, "B55": true, "B56": true, "B57": true, "B58": true,
	}
	for _, f := range slices.Concat(podFaults(), networkFaults(), dataFaults(), watchingFaults()) {
		if number, _, _ := strings.Cut(f.name, " "); strings.HasPrefix(number, "B") {
			accounted[number] = true
		}
	}
	for number, reason := range impossible() {
		if accounted[number] {
			t.Errorf("%s is called impossible (%s), but there is a test that puts it back", number, reason)
		}
		accounted[number] = true
	}
	if len(accounted) < 30 {
		t.Errorf("%d faults are accounted for, want at least 30", len(accounted))
	}
	t.Logf("%d faults accounted for", len(accounted))
}
