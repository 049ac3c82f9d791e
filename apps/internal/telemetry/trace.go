package telemetry

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// Propagation carries trace ids between services in W3C's headers.
func Propagation() propagation.TextMapPropagator {
	return propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})
}

// NewTracing sends spans over OTLP/HTTP to an endpoint's base URL. Shutdown flushes what is left.
func NewTracing(ctx context.Context, id Identity, endpoint string) (*sdktrace.TracerProvider, error) {
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint+"/v1/traces"))
	if err != nil {
		return nil, fmt.Errorf("traces to %s: %w", endpoint, err)
	}
	about := resource.NewSchemaless(
		attribute.String("service.name", id.Service),
		attribute.String("service.version", id.Version),
		attribute.String("deployment.environment.name", id.Environment),
		attribute.String("deployment.environment", id.Environment), // what Datadog reads as env
	)
	return sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about)), nil
}
