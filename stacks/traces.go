package stacks

// Traces are sent to a collector of OpenTelemetry's, by OTLP over HTTP. Datadog's agent is one already, where a stack has it.
type Traces struct {
	// URL is the collector's address; spans are posted to v1/traces below it. http is for a Service of the cluster alone, as
	// http://collector.observability.svc:4318. What a vendor wants to authenticate with belongs to a collector in the cluster.
	URL string `json:"url" pattern:"address"`
	// Networks lists the collector's address ranges: services may connect there and nowhere else. Default: for a Service of
	// the cluster the pods of its namespace, otherwise all addresses outside private networks.
	Networks []CIDR `json:"networks,omitempty"`
}

// Namespace is where the collector's Service is, empty for a collector outside the cluster.
func (t Traces) Namespace() string { return namespaceOf(t.URL) }

// Port is where the collector listens.
func (t Traces) Port() int { return PortOf(t.URL) }

// Ranges are the collector's address ranges, as far as they are given.
func (t Traces) Ranges() []CIDR { return t.Networks }

func (s Stack) validateTraces() []Problem {
	if s.Traces == nil {
		return nil
	}
	var found problems
	if rule := checkDestination(s.Traces.URL, "http://collector.observability.svc:4318"); rule != "" {
		found.add("traces.url", "%s", rule)
	}
	if s.Datadog != nil {
		found.add("traces", "set, but so is datadog, whose agent takes the traces")
	}
	return found
}
