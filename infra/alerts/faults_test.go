package alerts_test

import (
	"time"

	"github.com/techcommerce/platform/apps/contract"
)

// requests are what a service of the shop answered, by route and status.
func requests(service, method, route, status string) string {
	return `http_requests_total{job="services", namespace="shop", service="` + service + `", pod="` + service + `-a", method="` +
		method + `", route="` + route + `", status="` + status + `"}`
}

// took is a bucket of how long requests took; le is its upper bound in seconds.
func took(service, method, route, le string) string {
	return `http_request_duration_seconds_bucket{job="services", namespace="shop", service="` + service + `", method="` + method +
		`", route="` + route + `", le="` + le + `"}`
}

// refused are the requests that a service sent away because of overload.
func refused(service, route, reason string) string {
	return `http_requests_shed_total{job="services", namespace="shop", service="` + service + `", pod="` + service + `-a", route="` +
		route + `", reason="` + reason + `"}`
}

func up(service string) string {
	return `up{job="services", namespace="shop", service="` + service + `", pod="` + service + `-a"}`
}

// serving are the shop's services, all well.
func serving(steps int) series {
	all := series{}
	for _, service := range contract.Services() {
		all[up(service.Name)] = repeated(1, steps)
	}
	return all
}

// failing is a service that answers one request in five with 500.
func failing(service, method, route string, steps int) series {
	return series{
		requests(service, method, route, "200"): growing(80, steps),
		requests(service, method, route, "500"): growing(20, steps),
	}
}

// slow is a service whose requests take between low and high seconds, both bounds of buckets.
func slow(service, method, route, low, high string, steps int) series {
	return series{
		took(service, method, route, low):    growing(0, steps),
		took(service, method, route, high):   growing(100, steps),
		took(service, method, route, "+Inf"): growing(100, steps),
	}
}

// faults are what the alerts are there for.
func faults() []firing {
	return slicesOf(serviceFaults, podFaults, workloadFaults, nodeFaults, dataFaults, certificateFaults, monitoringFaults, budgetFaults, outsideFaults, reconciliationFaults, eventFaults)
}

func slicesOf[T any](lists ...func() []T) []T {
	var all []T
	for _, list := range lists {
		all = append(all, list()...)
	}
	return all
}

func serviceFaults() []firing {
	page := func(service string) map[string]string {
		return map[string]string{"severity": "critical", "namespace": "shop", "service": service}
	}
	warn := func(service string) map[string]string {
		return map[string]string{"severity": "warning", "namespace": "shop", "service": service}
	}
	return []firing{
		{
			name: "a service whose only pod does not answer", alert: "ServiceDown",
			series: with(serving(40), series{up("order-api"): "1x8 0x30"}), since: 135 * time.Second,
			labels: page("order-api"), summary: "order-api is down",
			description: "No pod of order-api in shop has served for two minutes.",
		},
		{
			name: "a service that has no pod at all", alert: "ServiceDown",
			series: without(serving(40), up("product-api")),
			labels: page("product-api"), summary: "product-api is down",
			description: "No pod of product-api in shop has served for two minutes.",
		},
		{
			name: "a service whose pods can be scraped but are not ready", alert: "ServiceDown",
			series: with(serving(40), series{
				`kube_deployment_status_replicas_available{namespace="shop", deployment="product-api", service="kube-state-metrics"}`: repeated(0, 40),
			}),
			labels: page("product-api"), summary: "product-api is down",
			description: "No pod of product-api in shop has served for two minutes.",
		},
		{
			name: "one request in five fails", alert: "HighErrorRate",
			series: failing("product-api", "GET", "/api/products", 60), since: 15 * time.Second,
			labels: page("product-api"), summary: "product-api fails",
			description: "20% of the requests to product-api in shop are answered with 5xx.",
		},
		{
			name: "every request has failed from the beginning", alert: "HighErrorRate",
			series: series{requests("frontend", "GET", "/", "503"): growing(10, 60)}, since: 15 * time.Second,
			labels: page("frontend"), summary: "frontend fails",
			description: "100% of the requests to frontend in shop are answered with 5xx.",
		},
		{
			name: "requests fail while every third scrape of one in a minute is lost", alert: "HighErrorRate", step: time.Minute,
			series: series{
				requests("product-api", "GET", "/api/products", "200"): "0 80 _ 240 320 _ 480 560 _ 720 800 _ 960 1040",
				requests("product-api", "GET", "/api/products", "500"): "0 20 _ 60 80 _ 120 140 _ 180 200 _ 240 260",
			}, since: time.Minute,
			labels: page("product-api"), summary: "product-api fails",
			description: "20% of the requests to product-api in shop are answered with 5xx.",
		},
		{
			name: "requests take from two to five seconds", alert: "HighAPIResponseTime",
			series: slow("product-api", "GET", "/api/products", "2", "5", 60), since: 15 * time.Second,
			labels: warn("product-api"), summary: "product-api is slow",
			description: "Of 100 requests to product-api in shop, 5 take longer than 4.85s.",
		},
		{
			name: "one request in ten is refused because the service is full", alert: "RequestsShed",
			series: series{
				requests("product-api", "GET", "/api/products", "200"): growing(90, 60),
				requests("product-api", "GET", "/api/products", "503"): growing(10, 60),
				refused("product-api", "/api/products", "places"):      growing(10, 60),
			}, since: 15 * time.Second,
			labels: warn("product-api"), summary: "product-api refuses requests because of overload",
			description: "10% of the requests to product-api in shop are refused because of overload.",
		},
		{
			name: "two requests in a hundred are refused, for two reasons", alert: "RequestsShed",
			series: series{
				requests("frontend", "POST", "/api/orders", "201"): growing(98, 60),
				requests("frontend", "POST", "/api/orders", "503"): growing(2, 60),
				refused("frontend", "/api/orders", "bodies"):       growing(1, 60),
				refused("frontend", "/api/orders", "backend"):      growing(1, 60),
			}, since: 15 * time.Second,
			labels: warn("frontend"), summary: "frontend refuses requests because of overload",
			description: "2% of the requests to frontend in shop are refused because of overload.",
		},
		{
			name: "one order in five fails, among many other requests", alert: "OrdersFailing",
			series: with(failing("order-api", "POST", "/api/orders", 60),
				series{requests("order-api", "GET", "/api/orders", "200"): growing(10_000, 60)}), since: 15 * time.Second,
			labels: page("order-api"), summary: "Orders fail",
			description: "20% of the orders that customers place in shop fail.",
		},
		{
			name: "placing an order takes from one to two seconds", alert: "CheckoutSlow",
			series: slow("order-api", "POST", "/orders", "1", "2", 60), since: 15 * time.Second,
			labels: warn("order-api"), summary: "Placing an order is slow",
			description: "Of 100 orders that customers place in shop, 5 take longer than 1.95s.",
		},
		{
			name: "an order that grows older", alert: "OrdersPending",
			series: series{
				`orders_pending_oldest_seconds{job="services", namespace="shop", service="order-api", pod="a"}`: "0+15x60",
				`orders_pending_oldest_seconds{job="services", namespace="shop", service="order-api", pod="b"}`: "0+15x60",
			}, since: 315 * time.Second,
			labels: page("order-api"), summary: "Orders are stuck",
			description: "An order in shop has been pending for 7m 15s.",
		},
		{
			name: "a product that nobody restocks", alert: "StockExhausted",
			series: series{
				`product_stock{job="services", namespace="shop", service="product-api", pod="a", product="4"}`: "10-1x10 0x200",
				`product_stock{job="services", namespace="shop", service="product-api", pod="b", product="4"}`: "10-1x10 0x200",
				`product_stock{job="services", namespace="shop", service="product-api", pod="a", product="5"}`: repeated(7, 220),
			}, since: 150 * time.Second,
			labels:  map[string]string{"severity": "info", "namespace": "shop", "product": "4"},
			summary: "Product 4 is sold out", description: "Product 4 in shop has been out of stock for half an hour.",
		},
	}
}
