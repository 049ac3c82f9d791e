package agent

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/techcommerce/platform/infra/internal/kube"
)

// Settings is how the agent of one cluster differs from another's.
type Settings struct {
	// Site is where what it collects is sent.
	Site string
	// Cluster is the cluster's name in Datadog.
	Cluster string
	// Environment is the tag env of everything in the cluster; empty where it serves several.
	Environment string
	// Registry mirrors the images; empty is Datadog's own.
	Registry string
	// PullSecret names the Secret that images are pulled with; empty for none.
	PullSecret string
	// UnverifiedKubelets says that nobody has signed the kubelets' certificates.
	UnverifiedKubelets bool
	// EveryNode runs on nodes that keep other pods off, too.
	EveryNode bool
	// ClusterAgents is the number of cluster agents.
	ClusterAgents int
	// CPU and Memory are what the agent gets on each node.
	CPU, Memory kube.Range
	// ExcludeLogs lists namespaces whose logs are not collected.
	ExcludeLogs []string
	// Explore sends the cluster's objects and images, too.
	Explore bool
	// Probes are the paths at which services are asked for their health.
	Probes []string
	// TracePercent is how many of a hundred traces are kept.
	TracePercent int
}

// environment is the agents' variables. Traces are counted before they are dropped, so that metrics of requests stay
// exact; probes are no requests.
func (s Settings) environment() map[string]string {
	credentials := mask{
		Type: "mask_sequences", Name: "credentials", Pattern: `(?i)(bearer\s+|password=|://[^:/\s]+:)[^\s"@]+`,
		Placeholder: "${1}[masked]",
	}
	return map[string]string{
		"DD_APM_IGNORE_RESOURCES":                          s.ignored(),
		"DD_APM_PROBABILISTIC_SAMPLER_ENABLED":             strconv.FormatBool(s.TracePercent < 100),
		"DD_APM_PROBABILISTIC_SAMPLER_SAMPLING_PERCENTAGE": strconv.Itoa(s.TracePercent),
		"DD_LOGS_CONFIG_PROCESSING_RULES":                  credentials.rules(),
	}
}

// ignored are the resources of traces that are dropped uncounted.
func (s Settings) ignored() string {
	var list []string
	for _, path := range s.Probes {
		list = append(list, "(GET|HEAD) "+path+"$")
	}
	return strings.Join(list, ",")
}

// mask is a rule that replaces what it finds.
type mask struct {
	Type        string `json:"type"`
	Name        string `json:"name"`
	Pattern     string `json:"pattern"`
	Placeholder string `json:"replace_placeholder"`
}

// rules is the list with this one alone, as the agent reads it. Texts can always be written.
func (m mask) rules() string {
	text, err := json.Marshal([]mask{m})
	if err != nil {
		panic("agent: " + err.Error())
	}
	return string(text)
}

// exclusions is the chart's way of naming containers: its own namespace is always among them.
func (s Settings) exclusions(own string) string {
	var list []string
	for _, namespace := range append([]string{own}, s.ExcludeLogs...) {
		list = append(list, "kube_namespace:^"+namespace+"$")
	}
	return strings.Join(list, " ")
}

// values is what the chart is given, as Pulumi passes it on.
func (a Args) values() (pulumi.Map, error) {
	text, err := json.Marshal(chartValues(a))
	if err != nil {
		return nil, err
	}
	var plain map[string]any
	if err := json.Unmarshal(text, &plain); err != nil {
		return nil, err
	}
	return pulumi.ToMap(plain), nil
}
