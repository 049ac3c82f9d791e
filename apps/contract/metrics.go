package contract

import "time"

// Metrics that the services export. Rules, dashboards and Datadog queries name them by these constants.
const (
	// MetricRequests counts requests by method, route (the mux template) and status.
	MetricRequests = "http_requests_total"
	// MetricRequestDuration is a histogram of seconds by method and route.
	MetricRequestDuration = "http_request_duration_seconds"
	// MetricRequestsShed counts requests sent away because of overload, by route and reason, one of the Shed… below. They
	// are in MetricRequests too.
	MetricRequestsShed = "http_requests_shed_total"
	// MetricBuildInfo is 1, with labels service, version and goversion.
	MetricBuildInfo = "build_info"
	// MetricOrders (order-api) counts orders by outcome: confirmed, rejected, cancelled.
	MetricOrders = "orders_total"
	// MetricOrdersPending (order-api) is the number of orders that are pending.
	MetricOrdersPending = "orders_pending"
	// MetricOrdersPendingOldest (order-api) is the age of the oldest pending order in seconds, 0 if there is none.
	MetricOrdersPendingOldest = "orders_pending_oldest_seconds"
	// MetricOrdersSetAside (order-api) counts how often a pending order was set aside because its record cannot be read.
	MetricOrdersSetAside = "orders_set_aside_total"
	// MetricReconciliationDifferences (order-api) is what the replica that reconciled found when it did, by kind.
	MetricReconciliationDifferences = "order_reconciliation_differences"
	// MetricReconciliationSuccess (order-api) is when a replica last reconciled to the end, in seconds since 1970; 0 in
	// one that has not.
	MetricReconciliationSuccess = "order_reconciliation_last_success_timestamp_seconds"
	// MetricEventsPending (order-api) is the number of events that a receiver is still to be sent, counted up to 10,000.
	MetricEventsPending = "order_events_pending"
	// MetricEventsPendingOldest (order-api) is the age of a receiver's oldest pending event in seconds, 0 if there is none.
	MetricEventsPendingOldest = "order_events_pending_oldest_seconds"
	// MetricEventsDead (order-api) is the number of a receiver's dead letters, counted up to 10,000.
	MetricEventsDead = "order_events_dead"
	// MetricEventAttempts (order-api) counts attempts to deliver an event, by receiver and outcome: delivered, failed, dead.
	MetricEventAttempts = "order_event_attempts_total"
	// MetricProductStock (product-api) is what is left by product id.
	MetricProductStock = "product_stock"
	// MetricReservationsOpen (product-api) is the number of reservations neither confirmed nor released.
	MetricReservationsOpen = "reservations_open"
)

// Why a request was sent away. ShedClient is about one client alone, which has as much under way as it may; the others
// mean that any customer may be refused.
const (
	// ShedPlaces: the service works on as many requests as it may.
	ShedPlaces = "places"
	// ShedBodies: the bodies that are on their way take all the memory that they may.
	ShedBodies = "bodies"
	// ShedBackend: too many requests wait for the service behind this one.
	ShedBackend = "backend"
	ShedClient  = "client"
)

// DurationBuckets are what MetricRequestDuration counts by. Whoever asks how many requests were in time can ask for
// these times alone.
func DurationBuckets() []time.Duration {
	return []time.Duration{
		time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond,
		50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
		time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second,
	}
}

// ProbeLine matches the log line of a kubelet's probe, which is written at level debug: whoever stores lines for money
// leaves these out.
const ProbeLine = `"http\.route":"(` + HealthPath + `|` + ReadyPath + `)"`
