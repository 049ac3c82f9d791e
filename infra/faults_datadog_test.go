//go:build !lean

package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/techcommerce/platform/infra/datadog/agent"
	"github.com/techcommerce/platform/infra/internal/wiring"
	"github.com/techcommerce/platform/stacks/stackstest"
)

// TestFaultsWithDatadogAreCaught puts faults into what staging declares once it has Datadog's keys.
func TestFaultsWithDatadogAreCaught(t *testing.T) {
	t.Parallel()
	stack := mustDecode(t, stackstest.File(t, "staging", stackstest.Secrets()))
	declaration, expected := mustDeclare(t, stack), expectations(t, stack)
	for _, f := range []fault{
		{"traces that no policy lets out", func(o *wiring.Objects) {
			p := policy(o, "order-api")
			p.Spec.Egress = slices.DeleteFunc(p.Spec.Egress, func(rule networkingv1.NetworkPolicyEgressRule) bool {
				return rule.Ports[0].Port.IntVal == agent.OTLPPort
			})
		}, "Deployment order-api: variable OTEL_EXPORTER_OTLP_ENDPOINT: no policy lets it out to namespace datadog port 4318"},
		{"metrics that no policy lets the agent ask for", func(o *wiring.Objects) {
			p := policy(o, "postgres-exporter")
			p.Spec.Ingress[0].From = slices.DeleteFunc(p.Spec.Ingress[0].From, func(peer networkingv1.NetworkPolicyPeer) bool {
				return peer.PodSelector.MatchLabels["app"] == "datadog"
			})
		}, "Deployment postgres-exporter: annotation ad.datadoghq.com/postgres-exporter.checks: no policy lets the agent in to port 9187"},
		{"metrics at a port that the pod does not have", func(o *wiring.Objects) {
			d, _ := deployment(o, "order-api")
			annotation := "ad.datadoghq.com/order-api.checks"
			d.Spec.Template.Annotations[annotation] = strings.ReplaceAll(d.Spec.Template.Annotations[annotation], ":9090/", ":9091/")
		}, "Deployment order-api: annotation ad.datadoghq.com/order-api.checks: asks port 9091, which the pod does not have"},
		{"logs of a container that is called otherwise", func(o *wiring.Objects) {
			d, _ := deployment(o, "order-api")
			d.Spec.Template.Annotations["ad.datadoghq.com/orders.logs"] = d.Spec.Template.Annotations["ad.datadoghq.com/order-api.logs"]
		}, "Deployment order-api: annotation ad.datadoghq.com/orders.logs: there is no container orders"},
		{"B55 a secret that the chart is not told of", func(o *wiring.Objects) {
			o.Charts[0].Text = strings.ReplaceAll(o.Charts[0].Text, "datadog-secret", "datadog")
		}, "Secret datadog-secret: nothing uses it"},
		{"B56 pods that do not say which service they are", func(o *wiring.Objects) {
			d, _ := deployment(o, "order-api")
			delete(d.Spec.Template.Labels, "tags.datadoghq.com/service")
		}, `Deployment order-api: pods: label tags.datadoghq.com/service is "", want "order-api"`},
	} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			objects := mustRead(t, declaration)
			f.put(objects)
			if found := wiring.Check(objects, expected); !slices.Contains(found, f.want) {
				t.Errorf("want %q, got\n%s", f.want, strings.Join(found, "\n"))
			}
		})
	}
}

// TestB53AKeyInHelmValuesIsFound: what a release is given is kept in state, and in the cluster, in clear.
func TestB53AKeyInHelmValuesIsFound(t *testing.T) {
	t.Parallel()
	key := stackstest.Secrets()["datadogApiKey"]
	declaration := mustDeclare(t, mustDecode(t, stackstest.File(t, "production", stackstest.Secrets())))
	for i, r := range declaration.Resources {
		if r.Type == releaseToken {
			values := r.Inputs["values"].ObjectValue()
			values["datadog"].ObjectValue()["apiKey"] = resource.NewProperty(key)
			declaration.Resources[i].Inputs["values"] = resource.NewProperty(values)
		}
	}
	want := releaseToken + " datadog-agent shows a secret"
	if found := leaks(declaration, []string{key}); !slices.Contains(found, want) {
		t.Errorf("got %q, want %q", found, want)
	}
}
