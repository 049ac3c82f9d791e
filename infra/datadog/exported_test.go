package datadog

import (
	"slices"
	"testing"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/datadog/agent"
	"github.com/techcommerce/platform/infra/exported"
)

// TestWhatTheAgentCollectsIsExported holds the names that the agent is told against what the services and the database of
// real stacks exported, and the labels that queries may use against theirs.
func TestWhatTheAgentCollectsIsExported(t *testing.T) {
	t.Parallel()
	known, err := exported.Known()
	if err != nil {
		t.Fatal(err)
	}
	fromAgent := []string{"env", "service", "version", "kube_namespace", "kube_cluster_name", "kube_deployment", "pod_name"}
	for job, metrics := range map[string][]string{
		alerts.JobServices: agent.Collected(), alerts.JobPostgres: agent.CollectedOfPostgres(),
	} {
		for _, metric := range metrics {
			labels, ok := known[job][metric]
			if !ok {
				t.Errorf("no %s exports %s", job, metric)
				continue
			}
			for _, tag := range tagsOf(name(metric)) {
				if !slices.Contains(fromAgent, tag) && !slices.Contains(labels, tag) {
					t.Errorf("%s has no label %s, only %v", metric, tag, labels)
				}
			}
		}
	}
}

// TestWhatNothingMeasuresIsNotWatched: without an exporter a monitor of the database's own metrics would be silent for ever.
func TestWhatNothingMeasuresIsNotWatched(t *testing.T) {
	t.Parallel()
	for _, measures := range []bool{false, true} {
		var watched []string
		for _, alert := range alerts.All(alerts.Reference()) {
			if (Args{MeasuresDatabase: measures}).watchable(alert) && slices.Contains(agent.CollectedOfPostgres(), alert.Datadog.Metric.Name) {
				watched = append(watched, alert.Name)
			}
		}
		if want := []string{"DatabaseConnectionsHigh", "DatabaseDeadlocks"}; measures != slices.Equal(watched, want) {
			t.Errorf("with an exporter %t: %q", measures, watched)
		}
	}
}
