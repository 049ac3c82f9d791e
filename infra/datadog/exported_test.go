package datadog

import (
	"slices"
	"strings"
	"testing"

	"github.com/techcommerce/platform/infra/alerts"
	"github.com/techcommerce/platform/infra/datadog/discovery"
	"github.com/techcommerce/platform/infra/datadog/spec"
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
		alerts.JobServices: discovery.Collected(), alerts.JobPostgres: discovery.CollectedOfPostgres(),
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
			if (Args{MeasuresDatabase: measures}).watchable(alert) && slices.Contains(discovery.CollectedOfPostgres(), alert.Datadog.Metric.Name) {
				watched = append(watched, alert.Name)
			}
		}
		if want := []string{"DatabaseConnectionsHigh", "DatabaseDeadlocks"}; measures != slices.Equal(watched, want) {
			t.Errorf("with an exporter %t: %q", measures, watched)
		}
	}
}

// TestGraphsOfNothingAreRefused: the rules for monitors hold for the dashboard, too.
func TestGraphsOfNothingAreRefused(t *testing.T) {
	t.Parallel()
	a := Args{Scope: spec.Scope{Environment: "production", Namespace: "shop", Cluster: "c1"}}
	for _, c := range []struct {
		name   string
		widget widget
		want   string
	}{
		{"what there is", graph("x", a.here("max", "kubernetes_state.hpa.max_replicas", "horizontalpodautoscaler")), ""},
		{"a metric that nobody sends", graph("x", a.here("max", "kubernetes_state.hpa.most", "")), "query: nothing sends kubernetes_state.hpa.most"},
		{"a tag that the metric does not have", graph("x", a.here("max", "kubernetes_state.hpa.max_replicas", "pod_name")),
			"query: kubernetes_state.hpa.max_replicas has no tag pod_name"},
		{"another stack's", graph("x", "max:kubernetes.memory.working_set{kube_namespace:other}"),
			"query: max:kubernetes.memory.working_set{kube_namespace:other} is about kube_namespace:other, want kube_namespace:shop"},
		{"a graph that is none", graph("x", "kubernetes.memory.working_set"),
			`query: "kubernetes.memory.working_set" is no expression of aggregate:metric{filter} terms`},
		{"every stack's lines", stream("x", "status:error"),
			"query: the search is about every stack, want a filter env, kube_namespace or kube_cluster_name"},
		{"a facet that no line has", ranking("x", "kube_namespace:shop level:error", "service"), "query: log lines has no tag level"},
	} {
		want := ""
		if c.want != "" {
			want = "Group: " + c.want
		}
		if got := strings.Join((board{Widgets: []widget{section("Group", c.widget)}}).check(a), "\n"); got != want {
			t.Errorf("%s: got %q, want %q", c.name, got, want)
		}
	}
}
