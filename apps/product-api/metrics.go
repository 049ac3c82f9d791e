package main

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/product-api/product"
)

// stockCollector reads stock and open reservations when it is scraped. Every replica tells the same numbers, so
// queries take the maximum, never the sum.
type stockCollector struct {
	store product.Store
	log   *slog.Logger
	stock *prometheus.Desc
	open  *prometheus.Desc
}

func newStockCollector(store product.Store, log *slog.Logger) *stockCollector {
	return &stockCollector{
		store: store,
		log:   log,
		stock: prometheus.NewDesc(contract.MetricProductStock, "What is left of a product.", []string{"product"}, nil),
		open: prometheus.NewDesc(contract.MetricReservationsOpen,
			"Reservations neither confirmed nor released.", nil, nil),
	}
}

// Describe implements prometheus.Collector.
func (c *stockCollector) Describe(descs chan<- *prometheus.Desc) {
	descs <- c.stock
	descs <- c.open
}

// Collect implements prometheus.Collector. While the store is down these series are absent; the others must go on.
func (c *stockCollector) Collect(metrics chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	open, err := c.store.Open(ctx)
	if err != nil {
		c.log.Warn("stock could not be read for metrics", "error.message", err.Error())
		return
	}
	metrics <- prometheus.MustNewConstMetric(c.open, prometheus.GaugeValue, float64(open))
	products, _, err := c.store.List(ctx, product.Filter{Limit: maxLimit})
	if err != nil {
		c.log.Warn("stock could not be read for metrics", "error.message", err.Error())
		return
	}
	for _, p := range products {
		id := strconv.FormatInt(p.ID, 10)
		metrics <- prometheus.MustNewConstMetric(c.stock, prometheus.GaugeValue, float64(p.Stock), id)
	}
}
