package service

import (
	"context"
	"maps"
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"

	"github.com/techcommerce/platform/apps/internal/deadline"
	"github.com/techcommerce/platform/apps/internal/rest"
	"github.com/techcommerce/platform/apps/internal/telemetry"
)

// Transport carries the request's id, its trace and what is left of its time to the service that is called.
func (s *Service) Transport(base http.RoundTripper) http.RoundTripper {
	if s.tracing != nil {
		base = unqueried{otelhttp.NewTransport(queried{base}, s.instrumentation()...)}
	}
	return transport{base}
}

type transport struct{ next http.RoundTripper }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	header := maps.Clone(r.Header) // a RoundTripper must not change its caller's request
	if header == nil {
		header = http.Header{}
	}
	if id := telemetry.RequestID(r.Context()); id != "" && header.Get(rest.RequestIDHeader) == "" {
		header.Set(rest.RequestIDHeader, id)
	}
	deadline.Set(r.Context(), header)
	r = r.WithContext(r.Context())
	r.Header = header
	return t.next.RoundTrip(r)
}

// unqueried takes the query out of what is traced, and queried puts it back: a span has its request's whole address, and
// a query may have a person's name or an order's secret in it.
type (
	unqueried struct{ next http.RoundTripper }
	queried   struct{ next http.RoundTripper }
)

type queryKey struct{}

func (t unqueried) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.RawQuery == "" {
		return t.next.RoundTrip(r)
	}
	return t.next.RoundTrip(withQuery(r.WithContext(context.WithValue(r.Context(), queryKey{}, r.URL.RawQuery)), ""))
}

func (t queried) RoundTrip(r *http.Request) (*http.Response, error) {
	if query, ok := r.Context().Value(queryKey{}).(string); ok {
		r = withQuery(r.WithContext(r.Context()), query)
	}
	return t.next.RoundTrip(r)
}

// withQuery sets the query of a request that is a copy already.
func withQuery(r *http.Request, query string) *http.Request {
	address := *r.URL
	address.RawQuery = query
	r.URL = &address
	return r
}
