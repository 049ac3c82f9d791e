package alerts

import "time"

// Query is an alert's condition in Datadog's terms, in pieces: package datadog knows the grammar, adds the filters of
// environment, namespace and cluster, and writes the message.
type Query struct {
	// Reduce makes one value of those in Window: avg, sum, min, max, percentile, or change for the difference to what
	// was Window ago.
	Reduce string
	Window time.Duration
	// Metric is what is compared. With Of it is that share of it, in percent.
	Metric Metric
	Of     *Metric
	// By are the tags that split it: each group alerts for itself.
	By []string
	// Each is a tag that has the names of the shop's services for values: each service gets a monitor of its own, which
	// is not silent when nothing of the service is left.
	Each string
	// Compare is the operator between the value and a threshold.
	Compare string
	// Critical is the threshold; Warning is one before it, nil for none.
	Critical float64
	Warning  *float64
	// NoData is the policy for no data.
	NoData NoData
}

// NoData says what a monitor makes of no data.
type NoData int

// The policies for no data.
const (
	// NoDataShown shows that there is none.
	NoDataShown NoData = iota
	// NoDataIsFine takes it for a good state.
	NoDataIsFine
	// NoDataNotifies notifies of it as of an alert.
	NoDataNotifies
)

// before is a warning before a limit in percent: ten points, or half way where that is less.
func before(percent float64) *float64 { return new(percent - min(10, percent/2)) }

// Metric is one metric in Datadog, over all of its series.
type Metric struct {
	// Space joins series: sum, avg, min, max or p95.
	Space string
	// Name is the metric's. One of package contract is the services' own: package datadog knows what the agent calls it.
	Name string
	// Filter selects series, as tag:value.
	Filter []string
	// Count asks for the number of events rather than a rate.
	Count bool
	// Labels are those of a metric of the services that no other query asks for: because of this one the agent collects it.
	Labels []string
	// Zero takes what is absent for 0: a counter of errors does not exist before the first one.
	Zero bool
}

// OwnMetrics are the metrics of the services that queries bring themselves, with their labels.
func OwnMetrics() map[string][]string {
	own := map[string][]string{}
	for _, group := range ruleGroups() {
		if group.alerts == nil {
			continue
		}
		for _, alert := range group.alerts(Reference()) {
			if q := alert.Datadog; q != nil && q.Metric.Labels != nil {
				own[q.Metric.Name] = q.Metric.Labels
			}
		}
	}
	return own
}
