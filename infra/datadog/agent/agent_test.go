package agent

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/techcommerce/platform/infra/internal/kube"
)

const key = "0123456789abcdef0123456789abcdef"

func full() Args {
	return Args{
		Namespace: "datadog", APIKey: key, Random: bytes.NewReader(make([]byte, 64)),
		Settings: Settings{
			Site: "us5.datadoghq.com", Cluster: "c1", Environment: "production", Registry: "registry.example.com",
			UnverifiedKubelets: true, EveryNode: true, ClusterAgents: 2, TracePercent: 20, Explore: true,
			CPU: kube.Range{Request: "200m", Limit: "500m"}, Memory: kube.Range{Request: "256Mi", Limit: "512Mi"},
			ExcludeLogs: []string{"kube-system"}, Probes: []string{"/health", "/ready"},
		},
	}
}

func mustPlain(t testing.TB, value any) map[string]any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var plain map[string]any
	if err := json.Unmarshal(text, &plain); err != nil {
		t.Fatal(err)
	}
	return plain
}

// flatten lists every path that is set, with its value.
func flatten(prefix string, value any, into map[string]any) {
	object, ok := value.(map[string]any)
	if !ok || len(object) == 0 {
		into[prefix] = value
		return
	}
	for name, inner := range object {
		path := name
		if prefix != "" {
			path = prefix + "." + name
		}
		flatten(path, inner, into)
	}
}

// TestValuesAreTheCharts holds every path that we set against those that the chart's values.yaml and README name; a path
// below one that the chart leaves open, such as a map of variables, is fine. The list was drawn from the chart's tag.
func TestValuesAreTheCharts(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/" + Chart + "-" + Version + ".paths")
	if err != nil {
		t.Fatal(err)
	}
	documented := strings.Fields(string(text))
	set := map[string]any{}
	flatten("", mustPlain(t, chartValues(full())), set)
	for path := range set {
		if !known(path, documented) {
			t.Errorf("the chart has no value %s", path)
		}
	}
	if len(set) < 60 {
		t.Errorf("%d values are set, want those that are documented to be", len(set))
	}
	if known("datadog.processAgent.enable", documented) || known("datadog.logs.enabled.x.y", documented) {
		t.Error("a path that the chart does not have is found")
	}
}

// known reports whether the chart has the path, or leaves open what is at most two levels below one that it has.
func known(path string, documented []string) bool {
	if slices.Contains(documented, path) {
		return true
	}
	open := []string{"resources", "envDict", "podAnnotations"}
	parts := strings.Split(path, ".")
	for i := range parts {
		if slices.Contains(open, parts[i]) && slices.Contains(documented, strings.Join(parts[:i+1], ".")) {
			return true
		}
	}
	return false
}

func TestNoValueHoldsTheKey(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(chartValues(full()))
	if err != nil || strings.Contains(string(text), key) {
		t.Errorf("the values hold the key: %s, %v", text, err)
	}
	other := full()
	other.APIKey = strings.Repeat("ab", 16)
	if fingerprint(key) == fingerprint(other.APIKey) {
		t.Error("a new key does not roll the pods")
	}
}

// TestValues are the choices that matter, by path.
func TestValues(t *testing.T) {
	t.Parallel()
	least := full()
	least.Settings = Settings{Site: "datadoghq.com", Cluster: "c1", ClusterAgents: 1, TracePercent: 100}
	for _, c := range []struct {
		name string
		args Args
		want map[string]any
	}{
		{"B55 what the old values did not do", full(), map[string]any{
			"datadog.processAgent.processCollection": true, "datadog.apm.useLocalService": true,
			"datadog.operator.enabled": false, "datadog.discovery.enabled": false,
			"datadog.apiKeyExistingSecret": "datadog-secret", "clusterAgent.tokenExistingSecret": "datadog-token",
		}},
		{"B57 logs are filtered", full(), map[string]any{
			"datadog.containerExcludeLogs": "kube_namespace:^datadog$ kube_namespace:^kube-system$",
		}},
		{"what a cluster may ask for", full(), map[string]any{
			"datadog.kubelet.tlsVerify": false, "clusterAgent.pdb.create": true, "agents.priorityClassCreate": true,
			"datadog.envDict.DD_APM_PROBABILISTIC_SAMPLER_ENABLED": "true", "datadog.site": "us5.datadoghq.com",
		}},
		{"the least: kubelets are verified", least, map[string]any{
			"datadog.kubelet.tlsVerify": nil, "clusterAgent.pdb.create": false, "agents.priorityClassCreate": false,
			"datadog.envDict.DD_APM_PROBABILISTIC_SAMPLER_ENABLED": "false", "registry": nil,
			"datadog.containerExcludeLogs": "kube_namespace:^datadog$",
		}},
	} {
		got := map[string]any{}
		flatten("", mustPlain(t, chartValues(c.args)), got)
		for path, want := range c.want {
			if got[path] != want {
				t.Errorf("%s: %s is %v, want %v", c.name, path, got[path], want)
			}
		}
	}
}

// TestAgentRulesCompile: the agent ignores a rule that is no expression, and so would pay for what it should drop.
func TestAgentRulesCompile(t *testing.T) {
	t.Parallel()
	environment := full().environment()
	var masks []mask
	if err := json.Unmarshal([]byte(environment["DD_LOGS_CONFIG_PROCESSING_RULES"]), &masks); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"Authorization: Bearer abc.def":         "Authorization: Bearer [masked]",
		"dial postgres://orders:s3cret@db:5432": "dial postgres://orders:[masked]@db:5432",
		"nothing to see":                        "nothing to see",
	} {
		if got := regexp.MustCompile(masks[0].Pattern).ReplaceAllString(line, masks[0].Placeholder); got != want {
			t.Errorf("%q becomes %q, want %q", line, got, want)
		}
	}
	for _, expression := range strings.Split(environment["DD_APM_IGNORE_RESOURCES"], ",") {
		rule := regexp.MustCompile(expression)
		if rule.MatchString("GET /api/products") || !rule.MatchString("GET /health") && !rule.MatchString("GET /ready") {
			t.Errorf("%s", rule)
		}
	}
}
