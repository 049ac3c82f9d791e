package stacks

// Datadog is what the stack sends to Datadog, and what Datadog watches. It needs the secrets datadogApiKey and
// datadogAppKey.
type Datadog struct {
	// Site is where the organisation's account is. The agent, the API and all links are derived from it.
	Site DatadogSite `json:"site,omitempty"`
	// Optional leaves Datadog off while neither of its secrets is set, instead of refusing the stack.
	Optional bool `json:"optional,omitempty"`
	// Cluster is what the cluster is called in Datadog: one name of each cluster of the organisation.
	Cluster string `json:"cluster" pattern:"cluster"`
	// Namespace is where the cluster's agent is.
	Namespace string `json:"namespace,omitempty" pattern:"label"`
	// Agent installs the agent. One stack of a cluster does; in the others it is null, and they use that one's.
	Agent *DatadogAgent `json:"agent,omitempty"`
	// TracePercent is how many of a hundred traces are kept. Counts and times of requests are of all of them.
	TracePercent int `json:"tracePercent,omitempty" min:"1" max:"100"`
	// Team owns the monitors: it is their tag "team".
	Team string `json:"team,omitempty" pattern:"label"`
	// Notify says who is told.
	Notify DatadogNotify `json:"notify"`
	// Limits are when the monitors alert that only Datadog can have.
	Limits DatadogLimits `json:"limits"`
	// Burn also alerts when the errors of an hour, or of six, would use up the month of alerts.objectives.orders too
	// fast.
	Burn bool `json:"burn,omitempty"`
	// Thresholds changes when single monitors alert, whichever they are. Only Datadog's follow it.
	Thresholds []DatadogThreshold `json:"thresholds,omitempty"`
	// Synthetic has Datadog ask for the shop's public address from outside, and wakes somebody when it does not answer.
	// Absent: nobody looks from outside.
	Synthetic *DatadogSynthetic `json:"synthetic,omitempty"`
	// Logs says what becomes of the stack's log lines. Absent: what the organisation's own indexes say.
	Logs *DatadogLogs `json:"logs,omitempty"`
	// Catalogue enters the services in the organisation's service catalogue. One stack of an organisation does: a service
	// has one entry, whatever its environments.
	Catalogue bool `json:"catalogue,omitempty"`
	// QuietHours keeps the stack's monitors silent every day. Absent: never.
	QuietHours *QuietHours `json:"quietHours,omitempty"`
	// API is the API's address, for tests against a stand-in on this machine. Default: https://api.<site>.
	API string `json:"api,omitempty" pattern:"loopback"`
}

// DatadogAgent is the agent on every node of the cluster, and the cluster agent beside it.
type DatadogAgent struct {
	// Archive is the chart as a file in the repository, for clusters from where its own repository cannot be reached.
	Archive string `json:"archive,omitempty" pattern:"archive"`
	// Registry mirrors the agent's images. Default: Datadog's own.
	Registry string `json:"registry,omitempty" pattern:"registry"`
	// Shared says that the cluster serves several environments: the agent then does not call all of it by this one's.
	Shared bool `json:"shared,omitempty"`
	// EveryNode also runs on nodes that keep other pods off, such as control planes.
	EveryNode bool `json:"everyNode,omitempty"`
	// ClusterAgents is the number of cluster agents; from two on one may fail.
	ClusterAgents int `json:"clusterAgents,omitempty" min:"1" max:"5"`
	// CPU is what the agent asks for on each node, and the most that it gets.
	CPU CPURange `json:"cpu"`
	// Memory is what the agent asks for on each node, and the most that it gets.
	Memory MemoryRange `json:"memory"`
	// ExcludeLogs lists namespaces whose containers' logs are not collected, beside the agent's own.
	ExcludeLogs []Name `json:"excludeLogs,omitempty"`
	// Explore sends the cluster's objects and images too, for Datadog's explorers.
	Explore bool `json:"explore,omitempty"`
}

// DatadogNotify says who is told.
type DatadogNotify struct {
	// Page wakes somebody: it is told of priority 1 alone. Empty: every monitor is one less urgent.
	Page []Handle `json:"page,omitempty"`
	// Team reads along.
	Team []Handle `json:"team,omitempty"`
	// Repeat tells again, and then says that it does, while nobody has mended what is urgent.
	Repeat bool `json:"repeat,omitempty"`
	// Rule has Datadog notify a team of everything that carries its tag, whatever the monitors' messages say.
	Rule *DatadogTeamRule `json:"rule,omitempty"`
}

// DatadogLimits are when monitors alert.
type DatadogLimits struct {
	// ErrorLogs is how many error lines a service may log in five minutes.
	ErrorLogs int `json:"errorLogs,omitempty" min:"1"`
	// ServerErrors is how many requests the frontend may answer with 5xx in five minutes.
	ServerErrors int `json:"serverErrors,omitempty" min:"1"`
	// LogLines is how many lines the stack may log in an hour before it costs more than was meant. 0: any number.
	LogLines int `json:"logLines,omitempty" min:"0"`
}

// QuietHours is a time of every day.
type QuietHours struct {
	// From is when it begins.
	From string `json:"from" pattern:"clock"`
	// Hours is how long it lasts.
	Hours int `json:"hours" min:"1" max:"23"`
	// Timezone is where the clock is.
	Timezone string `json:"timezone,omitempty" pattern:"timezone"`
}

func (d *Datadog) setDefaults() {
	d.Site, d.Namespace, d.TracePercent, d.Team = "datadoghq.com", "datadog", 100, "shop"
	d.Limits = DatadogLimits{ErrorLogs: 10, ServerErrors: 20}
	d.Agent = &DatadogAgent{}
	d.Agent.setDefaults()
}

func (a *DatadogAgent) setDefaults() {
	a.ClusterAgents = 1
	a.CPU, a.Memory = CPURange{Request: 200, Limit: 500}, MemoryRange{Request: 256 * MiB, Limit: 512 * MiB}
	a.ExcludeLogs = []Name{"kube-system"}
}

func (q *QuietHours) setDefaults() { q.Timezone = "UTC" }

// DatadogSite is where an organisation's account is.
type DatadogSite string

func (DatadogSite) options() []string {
	return []string{
		"datadoghq.com", "us3.datadoghq.com", "us5.datadoghq.com", "ap1.datadoghq.com", "ap2.datadoghq.com", "datadoghq.eu",
		"ddog-gov.com", "us2.ddog-gov.com",
	}
}

// APIAddress is where the API is.
func (d Datadog) APIAddress() string {
	if d.API != "" {
		return d.API
	}
	return "https://api." + string(d.Site)
}

// App is the address that people open.
func (s DatadogSite) App() string {
	switch s {
	case "datadoghq.com", "datadoghq.eu", "ddog-gov.com":
		return "https://app." + string(s)
	}
	return "https://" + string(s)
}
