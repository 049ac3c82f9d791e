package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/order-api/webhook"
)

// countAttempts counts attempts to deliver events. All series are there from the start: one that appears with its first
// event hides that event from rate().
func countAttempts(registry prometheus.Registerer, receivers []webhook.Receiver) func(string, webhook.Outcome) {
	counter := promauto.With(registry).NewCounterVec(prometheus.CounterOpts{
		Name: contract.MetricEventAttempts,
		Help: "Attempts to deliver an event to a receiver, by outcome.",
	}, []string{"receiver", "outcome"})
	for _, r := range receivers {
		for _, outcome := range webhook.Outcomes() {
			counter.WithLabelValues(r.Name, string(outcome))
		}
	}
	return func(receiver string, outcome webhook.Outcome) {
		counter.WithLabelValues(receiver, string(outcome)).Inc()
	}
}

// eventCollector reads the outbox when it is scraped. Every replica tells the same numbers, so queries take the maximum,
// never the sum. It tells of the receivers that are configured, and of those that something is left of: of a receiver that
// was renamed, for example, nobody would hear otherwise that it is not sent what it had not accepted.
type eventCollector struct {
	outbox                webhook.Outbox
	receivers             []webhook.Receiver
	log                   *slog.Logger
	pending, oldest, dead *prometheus.Desc
}

func newEventCollector(outbox webhook.Outbox, receivers []webhook.Receiver, log *slog.Logger) *eventCollector {
	by := []string{"receiver"}
	return &eventCollector{
		outbox: outbox, receivers: receivers, log: log,
		pending: prometheus.NewDesc(contract.MetricEventsPending, "Events that a receiver is still to be sent.", by, nil),
		oldest: prometheus.NewDesc(contract.MetricEventsPendingOldest,
			"Age of a receiver's oldest pending event in seconds, 0 if there is none.", by, nil),
		dead: prometheus.NewDesc(contract.MetricEventsDead, "A receiver's dead letters.", by, nil),
	}
}

// Describe implements prometheus.Collector.
func (c *eventCollector) Describe(descs chan<- *prometheus.Desc) {
	descs <- c.pending
	descs <- c.oldest
	descs <- c.dead
}

// Collect implements prometheus.Collector. While the store is down these series are absent; the others must go on.
func (c *eventCollector) Collect(metrics chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	backlogs, err := c.outbox.Backlogs(ctx)
	if err != nil {
		c.log.Warn("events could not be read for metrics", "error.message", err.Error())
		return
	}
	for _, r := range receiverViews(c.receivers, backlogs) {
		metrics <- prometheus.MustNewConstMetric(c.pending, prometheus.GaugeValue, float64(r.Pending), r.Name)
		metrics <- prometheus.MustNewConstMetric(c.oldest, prometheus.GaugeValue, r.Oldest, r.Name)
		metrics <- prometheus.MustNewConstMetric(c.dead, prometheus.GaugeValue, float64(r.Dead), r.Name)
	}
}

// backlogOf is a receiver's backlog, which is empty where the outbox holds nothing for it.
func backlogOf(backlogs []webhook.Backlog, receiver string) webhook.Backlog {
	for _, b := range backlogs {
		if b.Receiver == receiver {
			return b
		}
	}
	return webhook.Backlog{Receiver: receiver}
}
