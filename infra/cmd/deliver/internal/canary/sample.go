// Package canary judges the first pod of a new version by what it and the old pods beside it tell of the same requests in
// the same time: errors, latency, failing orders, restarts. It decides; it changes nothing.
package canary

import (
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/techcommerce/platform/apps/contract"
)

// Sample is what pods have counted.
type Sample struct {
	// Requests are those of customers, without probes; Errors those that were answered 5xx.
	Requests, Errors float64
	// Orders are the requests for an order, Refused those that were not answered with one that is confirmed: what failed,
	// was rejected, or was only taken to be decided later.
	Orders, Refused float64
	// Buckets are how many requests took at most so many seconds.
	Buckets map[float64]float64
}

// Parse reads a service's metrics in the text format of Prometheus.
func Parse(from io.Reader) (Sample, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(from)
	if err != nil {
		return Sample{}, fmt.Errorf("metrics: %w", err)
	}
	if families[contract.MetricBuildInfo] == nil {
		return Sample{}, fmt.Errorf("metrics: no %s, so they are not of one of the services", contract.MetricBuildInfo)
	}
	s := Sample{Buckets: map[float64]float64{}}
	for _, m := range families[contract.MetricRequests].GetMetric() {
		if isProbe(m) {
			continue
		}
		s.Requests += m.GetCounter().GetValue()
		status, count := label(m, "status"), m.GetCounter().GetValue()
		if strings.HasPrefix(status, "5") {
			s.Errors += count
		}
		if isOrder(m) {
			s.Orders += count
		}
		if isOrder(m) && !confirmed(status) {
			s.Refused += count
		}
	}
	for _, m := range families[contract.MetricRequestDuration].GetMetric() {
		if isProbe(m) {
			continue
		}
		for _, b := range m.GetHistogram().GetBucket() {
			s.Buckets[b.GetUpperBound()] += float64(b.GetCumulativeCount())
		}
	}
	return s, nil
}

// isProbe says whether a series is of requests that no customer makes: the kubelet's, and the deployment's own.
func isProbe(m *dto.Metric) bool {
	return contract.IsProbe(label(m, "route")) || label(m, "method") == http.MethodHead
}

// isOrder says whether a series is of requests that place an order, by the API or by the page's form.
func isOrder(m *dto.Metric) bool {
	route := label(m, "route")
	return label(m, "method") == http.MethodPost && (strings.HasSuffix(route, "/orders") || route == "/checkout")
}

// confirmed says whether this status answers an order that is placed. The form is answered with a redirect to it.
func confirmed(status string) bool {
	return status == strconv.Itoa(http.StatusOK) || status == strconv.Itoa(http.StatusCreated) || strings.HasPrefix(status, "3")
}

func label(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}

// Plus adds what other pods have counted.
func (s Sample) Plus(other Sample) Sample {
	sum := Sample{
		Requests: s.Requests + other.Requests, Errors: s.Errors + other.Errors,
		Orders: s.Orders + other.Orders, Refused: s.Refused + other.Refused, Buckets: map[float64]float64{},
	}
	maps.Copy(sum.Buckets, s.Buckets)
	for bound, count := range other.Buckets {
		sum.Buckets[bound] += count
	}
	return sum
}

// Since is what was counted after an earlier sample. A process that was restarted since counts from zero: then some count
// is smaller than it was.
func (s Sample) Since(before Sample) Sample {
	d := Sample{
		Requests: s.Requests - before.Requests, Errors: s.Errors - before.Errors,
		Orders: s.Orders - before.Orders, Refused: s.Refused - before.Refused, Buckets: map[float64]float64{},
	}
	restarted := min(d.Requests, d.Errors, d.Orders, d.Refused) < 0
	for bound, count := range s.Buckets {
		d.Buckets[bound] = count - before.Buckets[bound]
		restarted = restarted || d.Buckets[bound] < 0
	}
	if restarted {
		return s
	}
	return d
}

// P95 is the time in seconds within which 95 of 100 requests were answered, as far as the buckets tell: the bound of the
// first that holds so many. It is 0 where there was none, and the largest bound where it lies beyond.
func (s Sample) P95() float64 {
	bounds := slices.Sorted(maps.Keys(s.Buckets))
	largest := 0.0
	for _, bound := range bounds {
		if !math.IsInf(bound, 1) {
			largest = bound
		}
		if s.Buckets[bound] >= 0.95*s.Requests {
			break
		}
	}
	if s.Requests == 0 {
		return 0
	}
	return largest
}
