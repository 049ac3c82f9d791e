package datadog

import (
	"slices"
	"testing"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/datadog/agent"
	"github.com/techcommerce/platform/infra/exported"
)

// TestWhatTheAgentCollectsIsExported holds the names that the agent is told against what the services of a real local
// stack exported, and the labels that queries may use against theirs.
func TestWhatTheAgentCollectsIsExported(t *testing.T) {
	t.Parallel()
	known, err := exported.Known()
	if err != nil {
		t.Fatal(err)
	}
	fromAgent := []string{"env", "service", "version", "kube_namespace", "kube_cluster_name", "kube_deployment", "pod_name"}
	for _, metric := range agent.Collected() {
		labels, ok := known[alerts.JobServices][metric]
		if !ok {
			t.Errorf("no service exports %s", metric)
			continue
		}
		for _, tag := range tagsOf(name(metric)) {
			if !slices.Contains(fromAgent, tag) && !slices.Contains(labels, tag) {
				t.Errorf("%s has no label %s, only %v", metric, tag, labels)
			}
		}
	}
}
