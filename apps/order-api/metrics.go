package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/order-api/order"
)

// countOutcomes counts how orders end. All outcomes are there from the start: a series that appears with its first
// event hides that event from rate().
func countOutcomes(registry prometheus.Registerer) func(order.Status) {
	counter := promauto.With(registry).NewCounterVec(prometheus.CounterOpts{
		Name: contract.MetricOrders,
		Help: "Orders by outcome.",
	}, []string{"outcome"})
	for _, outcome := range []order.Status{order.Confirmed, order.Rejected, order.Cancelled} {
		counter.WithLabelValues(string(outcome))
	}
	return func(outcome order.Status) { counter.WithLabelValues(string(outcome)).Inc() }
}

// countSetAside counts orders that cannot be processed.
func countSetAside(registry prometheus.Registerer) func() {
	return promauto.With(registry).NewCounter(prometheus.CounterOpts{
		Name: contract.MetricOrdersSetAside,
		Help: "How often a pending order was set aside because its record cannot be read.",
	}).Inc
}

// backlogCollector reads what is pending when it is scraped. Every replica tells the same numbers, so queries take
// the maximum, never the sum.
type backlogCollector struct {
	store  order.Store
	log    *slog.Logger
	count  *prometheus.Desc
	oldest *prometheus.Desc
}

func newBacklogCollector(store order.Store, log *slog.Logger) *backlogCollector {
	return &backlogCollector{
		store: store,
		log:   log,
		count: prometheus.NewDesc(contract.MetricOrdersPending, "Orders that are pending.", nil, nil),
		oldest: prometheus.NewDesc(contract.MetricOrdersPendingOldest,
			"Age of the oldest pending order in seconds, 0 if there is none.", nil, nil),
	}
}

// Describe implements prometheus.Collector.
func (c *backlogCollector) Describe(descs chan<- *prometheus.Desc) {
	descs <- c.count
	descs <- c.oldest
}

// Collect implements prometheus.Collector. While the store is down these series are absent; the others must go on.
func (c *backlogCollector) Collect(metrics chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	backlog, err := c.store.Backlog(ctx)
	if err != nil {
		c.log.Warn("orders could not be read for metrics", "error.message", err.Error())
		return
	}
	metrics <- prometheus.MustNewConstMetric(c.count, prometheus.GaugeValue, float64(backlog.Count))
	metrics <- prometheus.MustNewConstMetric(c.oldest, prometheus.GaugeValue, backlog.Oldest.Seconds())
}
