// Package header names the headers that the services exchange.
package header

const (
	// RequestTimeout tells how many milliseconds the caller still waits. Every service shortens its own deadline to it,
	// and tells its callees what is left, so that nobody works for a caller who has given up.
	RequestTimeout = "Request-Timeout-Ms"
	// IdempotencyKey makes a request that is sent again the same request.
	IdempotencyKey = "Idempotency-Key"
	// IdempotencyScope is the name space of a key: keys of different callers never meet. It is an opaque secret.
	IdempotencyScope = "Idempotency-Scope"
	// OrderOwner is the secret of the visitor whom orders belong to. It is never in an address or a page.
	OrderOwner = "Order-Owner"
	// OrderAccess is the secret of one order: whoever has it may see that order and cancel it.
	OrderAccess = "Order-Access"
)
