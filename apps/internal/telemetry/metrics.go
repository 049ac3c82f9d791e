package telemetry

import (
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/techcommerce/platform/apps/contract"
)

// NewRegistry has the process's and the runtime's metrics and the build info.
func NewRegistry(id Identity) *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	promauto.With(registry).NewGaugeVec(prometheus.GaugeOpts{
		Name: contract.MetricBuildInfo,
		Help: "1, with what runs as labels.",
	}, []string{"service", "version", "goversion"}).WithLabelValues(id.Service, id.Version, runtime.Version()).Set(1)
	return registry
}

// Requests counts and times HTTP requests by route template.
type Requests struct {
	count   *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	shed    *prometheus.CounterVec
}

// NewRequests registers the metrics of HTTP requests.
func NewRequests(registry prometheus.Registerer) *Requests {
	return &Requests{
		count: promauto.With(registry).NewCounterVec(prometheus.CounterOpts{
			Name: contract.MetricRequests,
			Help: "HTTP requests by method, route template and status.",
		}, []string{"method", "route", "status"}),
		seconds: promauto.With(registry).NewHistogramVec(prometheus.HistogramOpts{
			Name:    contract.MetricRequestDuration,
			Help:    "Seconds that HTTP requests took, by method and route template.",
			Buckets: buckets(),
		}, []string{"method", "route"}),
		shed: promauto.With(registry).NewCounterVec(prometheus.CounterOpts{
			Name: contract.MetricRequestsShed,
			Help: "HTTP requests sent away because of what else was going on, by route template and reason.",
		}, []string{"route", "reason"}),
	}
}

func buckets() []float64 {
	var seconds []float64
	for _, bucket := range contract.DurationBuckets() {
		seconds = append(seconds, bucket.Seconds())
	}
	return seconds
}

// Observe notes one request.
func (r *Requests) Observe(method, route string, status int, took time.Duration) {
	method = knownMethod(method)
	r.count.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	r.seconds.WithLabelValues(method, route).Observe(took.Seconds())
}

// Shed notes that a request was sent away.
func (r *Requests) Shed(route, reason string) { r.shed.WithLabelValues(route, reason).Inc() }

// Expect begins the counters of a route's failures, and of what it refuses when it is full, at zero.
func (r *Requests) Expect(method, route string) {
	for _, status := range []int{
		http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
	} {
		r.count.WithLabelValues(knownMethod(method), route, strconv.Itoa(status))
	}
	if !contract.IsProbe(route) { // probes need no place
		r.shed.WithLabelValues(route, contract.ShedPlaces)
	}
}

// knownMethod keeps what clients invent out of the labels.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions:
		return method
	}
	return "other"
}
