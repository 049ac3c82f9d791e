package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/techcommerce/platform/infra/internal/wiring"
	"github.com/techcommerce/platform/stacks"
	"github.com/techcommerce/platform/stacks/stackstest"
)

// changed is what production declares after a change of its settings.
func changed(t *testing.T, change func(*stacks.Stack)) (stacks.Stack, *wiring.Objects, string) {
	t.Helper()
	stack := mustDecode(t, stackstest.File(t, "production", stackstest.Secrets()))
	change(&stack)
	declaration := mustDeclare(t, stack)
	text, err := declaration.YAML()
	if err != nil {
		t.Fatal(err)
	}
	return stack, mustRead(t, declaration), text
}

// TestCertificatesCanBeMade holds quota, admission rules and policies to what cert-manager needs for an HTTP-01 challenge: a
// pod of its own image, and a Service of type NodePort, in the namespace of the Ingress. Nobody else gets that.
func TestCertificatesCanBeMade(t *testing.T) {
	t.Parallel()
	const solver = "quay.io/jetstack/cert-manager-acmesolver"
	for _, c := range []struct {
		name   string
		change func(*stacks.Stack)
		// image is the solver's, ports the node ports that the quota allows.
		image, ports string
	}{
		{"an issuer", func(*stacks.Stack) {}, solver, "1"},
		{"an issuer, and registries of one's own", func(s *stacks.Stack) {
			s.Images.Registries = []string{"registry.example.com"}
			s.Edge.Ingress.TLS.Solver = "registry.example.com/mirror/acmesolver"
		}, "registry.example.com/mirror/acmesolver", "1"},
		{"a Secret", func(s *stacks.Stack) { s.Edge.Ingress.TLS = &stacks.TLS{Secret: "shop-tls", Solver: solver} }, "", "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			stack, objects, text := changed(t, c.change)
			for _, quota := range objects.Quotas {
				ports := quota.Spec.Hard["services.nodeports"]
				if quota.Namespace == stack.Namespace && ports.String() != c.ports {
					t.Errorf("the quota allows %s node ports, want %s", ports.String(), c.ports)
				}
			}
			allowed := registries(stack, testRelease())
			if c.image != "" && (!slices.Contains(allowed, c.image) || !strings.Contains(text, `"`+c.image+`"`)) {
				t.Errorf("images may be from %q, want %s among them", allowed, c.image)
			}
			if has := slices.Contains(allowed, solver); has != (c.image == solver) {
				t.Errorf("images may be from %q", allowed)
			}
			opened := strings.Contains(text, "acme.cert-manager.io/http01-solver")
			if opened != (c.image != "") {
				t.Errorf("opened to a solver: %t", opened)
			}
		})
	}
}

// TestNothingIsDeclaredForAControllerThatIsNotThere: a Role in a namespace that is missing ends an update in the middle,
// and metrics that nobody serves are an alert for ever.
func TestNothingIsDeclaredForAControllerThatIsNotThere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*stacks.Stack)
		want   bool
	}{
		{"nginx as it comes", func(*stacks.Stack) {}, false},
		{"another class", func(s *stacks.Stack) { s.Edge.Ingress.Class, s.Edge.Ingress.Controller = "traefik", "traefik" }, false},
		{"nginx with its metrics on", func(s *stacks.Stack) { s.Edge.Ingress.Metrics = true }, true},
	} {
		stack, objects, text := changed(t, c.change)
		inside := false
		for _, role := range objects.Roles {
			inside = inside || role.Namespace == "ingress-nginx"
		}
		if job := strings.Contains(text, "job_name: ingress-controller"); inside != c.want || job != c.want {
			t.Errorf("%s: a Role there %t, a scrape job %t, want %t", c.name, inside, job, c.want)
		}
		if demanded := slices.Contains(alertTarget(stack).Jobs, "ingress-controller"); demanded != c.want {
			t.Errorf("%s: an alert demands its metrics: %t, want %t", c.name, demanded, c.want)
		}
	}
}

// TestCertificatesAreWatchedByWhoSeesThem: without anybody who sees the certificate there is no alert that could fire.
func TestCertificatesAreWatchedByWhoSeesThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*stacks.Stack)
		want   string
	}{
		{"a probe", func(*stacks.Stack) {}, "shop.example.com"},
		{"nobody", func(s *stacks.Stack) { s.Monitoring.Probe = nil }, ""},
		{"ingress-nginx", func(s *stacks.Stack) { s.Monitoring.Probe, s.Edge.Ingress.Metrics = nil, true }, "shop.example.com"},
		{"a probe of plain HTTP", func(s *stacks.Stack) { s.Edge.Ingress.TLS = nil }, ""},
	} {
		stack := mustDecode(t, stackstest.File(t, "production", stackstest.Secrets()))
		c.change(&stack)
		if got := alertTarget(stack).Host; got != c.want {
			t.Errorf("%s: the certificate of %q is watched, want %q", c.name, got, c.want)
		}
		_, said := stack.Off()["certificate expiry"]
		if _, tls, _ := stack.Edge.Host(); said != (tls != nil && c.want == "") {
			t.Errorf("%s: the stack says that nobody watches: %t", c.name, said)
		}
	}
}

// TestAnIngressIsAsItsControllerWantsIt holds annotations, and TLS that ends before the cluster.
func TestAnIngressIsAsItsControllerWantsIt(t *testing.T) {
	t.Parallel()
	_, objects, _ := changed(t, func(s *stacks.Stack) {
		s.Edge.Ingress.Class, s.Edge.Ingress.Networks = "alb", mustRanges(t, "10.0.0.0/16")
		s.Edge.Ingress.Annotations = stacks.Pairs{"alb.ingress.kubernetes.io/target-type": "ip"}
		s.Edge.Ingress.TLS = &stacks.TLS{Terminated: true}
	})
	i := objects.Ingresses[0]
	if got := i.Annotations["alb.ingress.kubernetes.io/target-type"]; got != "ip" || *i.Spec.IngressClassName != "alb" {
		t.Errorf("got class %s, annotations %v", *i.Spec.IngressClassName, i.Annotations)
	}
	if len(i.Spec.TLS) > 0 || i.Annotations["cert-manager.io/cluster-issuer"] != "" {
		t.Errorf("it has a certificate: %v, %v", i.Spec.TLS, i.Annotations)
	}
}

// TestAGatewayRoutesToTheShop holds the listeners and routes of a Gateway of the stack's own, and of one that is there.
func TestAGatewayRoutesToTheShop(t *testing.T) {
	t.Parallel()
	all := networked(t)
	own := mustRead(t, mustDeclare(t, all["a gateway of its own"]))
	if len(own.Gateways) != 1 || len(own.Routes) != 2 || len(own.Ingresses) != 0 {
		t.Fatalf("got %d Gateways, %d routes, %d Ingresses", len(own.Gateways), len(own.Routes), len(own.Ingresses))
	}
	g := own.Gateways[0]
	if g.Annotations["cert-manager.io/cluster-issuer"] != "letsencrypt" || len(g.Spec.Listeners) != 2 {
		t.Errorf("got %+v", g)
	}
	for _, r := range own.Routes {
		want := map[string]string{"frontend": "https", "frontend-redirect": "http"}[r.Name]
		if got := r.Spec.ParentRefs[0].SectionName; got != want {
			t.Errorf("%s is attached to %q, want %q", r.Name, got, want)
		}
		if redirects := len(r.Spec.Rules[0].Filters) > 0; redirects != (want == "http") {
			t.Errorf("%s redirects: %t", r.Name, redirects)
		}
	}
	there := mustRead(t, mustDeclare(t, all["a gateway that is there"]))
	if len(there.Gateways) != 0 || len(there.Routes) != 1 || there.Routes[0].Spec.ParentRefs[0].Name != "shared" ||
		there.Routes[0].Spec.ParentRefs[0].Namespace != "gateways" {
		t.Errorf("got %d Gateways, routes %+v", len(there.Gateways), there.Routes)
	}
}

// TestOnlyOurPodsAreMeasured: a cluster may have thousands of other people's.
func TestOnlyOurPodsAreMeasured(t *testing.T) {
	t.Parallel()
	_, _, text := changed(t, func(s *stacks.Stack) { s.Monitoring.Prometheus.Namespaces = []string{"payments"} })
	const kept = "regex: '|monitoring-production|monitoring-production-nodes|techcommerce-production|payments'"
	if got := strings.Count(text, kept); got != 2 {
		t.Errorf("%d jobs keep %q, want those of kubelet and cAdvisor", got, kept)
	}
}
