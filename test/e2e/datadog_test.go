package e2e_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/infra/alerts"
)

// exportsForDatadog reads from the pods of a stack with Datadog what the agent is told to collect of each service, and
// looks for it among what the services here export at the same port.
func (w *watched) exportsForDatadog(t *testing.T) {
	told := w.toldTheAgent(t)
	if len(told) != len(contract.Services()) {
		t.Fatalf("%d services tell the agent what to collect, want %d", len(told), len(contract.Services()))
	}
	for service, checks := range told {
		for _, metric := range checks.metrics {
			if !ofAbsentObjects[metric] && !w.exportedAt(t, checks.address, metric) {
				t.Errorf("%s: nothing exports %s at %s", service, metric, checks.address)
			}
		}
		if len(checks.metrics) == 0 || w.exportedAt(t, checks.address, "flask_http_request") {
			t.Errorf("%s: nothing is told, or what is not exported is found: %v", service, checks.metrics)
		}
	}
}

// exportedAt reports whether a service exports a metric at an address such as %%host%%:9090. The agent's check leaves out
// what ends the name of a counter.
func (w *watched) exportedAt(t *testing.T, address, metric string) bool {
	t.Helper()
	_, port, _ := strings.Cut(address, "%%host%%")
	return len(w.prometheus.mustQuery(t, `count({__name__=~"`+metric+`(_total)?", job="`+alerts.JobServices+`", instance=~".+`+port+`"})`)) > 0
}

// toldChecks is what an annotation has the agent ask a pod for.
type toldChecks struct {
	address string
	metrics []string
}

// toldTheAgent reads the annotations of staging's services, by service. PostgreSQL's exporter, which has some, too, is on no
// local stack.
func (w *watched) toldTheAgent(t *testing.T) map[string]toldChecks {
	t.Helper()
	told := map[string]toldChecks{}
	for _, object := range w.declared(t, "staging") {
		annotations, _, err := unstructured.NestedStringMap(object.Object, "spec", "template", "metadata", "annotations")
		text := annotations["ad.datadoghq.com/"+object.GetName()+".checks"]
		ours := slices.ContainsFunc(contract.Services(), func(s contract.Service) bool { return s.Name == object.GetName() })
		if err != nil || text == "" || !ours {
			continue
		}
		var checks struct {
			OpenMetrics struct {
				Instances []struct {
					Endpoint string `json:"openmetrics_endpoint"`
					Metrics  []string
				}
			}
		}
		if err := json.Unmarshal([]byte(text), &checks); err != nil || len(checks.OpenMetrics.Instances) != 1 {
			t.Fatalf("%s: %s: %v", object.GetName(), text, err)
		}
		at := checks.OpenMetrics.Instances[0]
		address := strings.TrimSuffix(strings.TrimPrefix(at.Endpoint, "http://"), contract.MetricsPath)
		told[object.GetName()] = toldChecks{address: address, metrics: at.Metrics}
	}
	return told
}
