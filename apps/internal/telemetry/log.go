// Package telemetry is what a service tells its operators: log lines, metrics and traces. It keeps nothing global;
// what it makes is passed on. Personal data has no place in any of it.
package telemetry

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/trace"
)

// Identity is Datadog's unified service tagging: what is in every log line, trace and the build info metric.
type Identity struct {
	Service     string
	Environment string
	Version     string
}

// NewLogger writes JSON lines under the names that Datadog's pipelines know: timestamp, status, message, service,
// env, version, and from the context request_id, dd.trace_id and dd.span_id. Where out is a Buffer, a warning or worse
// is written at once, with all that came before it.
func NewLogger(out io.Writer, id Identity, level slog.Level) *slog.Logger {
	lines := slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level, ReplaceAttr: rename})
	buffer, _ := out.(*Buffer)
	return slog.New(contextual{lines, buffer}).With(
		"service", id.Service, "env", id.Environment, "version", id.Version)
}

func rename(groups []string, attr slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return attr
	}
	switch attr.Key {
	case slog.TimeKey:
		attr.Key = "timestamp"
	case slog.MessageKey:
		attr.Key = "message"
	case slog.LevelKey:
		return slog.String("status", strings.ToLower(attr.Value.String()))
	}
	return attr
}

// contextual adds what the context knows of the request to each line.
type contextual struct {
	slog.Handler
	buffer *Buffer
}

func (h contextual) Handle(ctx context.Context, record slog.Record) error {
	if id := RequestID(ctx); id != "" {
		record.AddAttrs(slog.String("request_id", id))
	}
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		record.AddAttrs(slog.String("dd.trace_id", traceID(span)), slog.String("dd.span_id", spanID(span)))
	}
	err := h.Handler.Handle(ctx, record)
	if h.buffer != nil && record.Level >= slog.LevelWarn {
		err = errors.Join(err, h.buffer.Flush())
	}
	return err
}

func (h contextual) WithAttrs(attrs []slog.Attr) slog.Handler {
	return contextual{h.Handler.WithAttrs(attrs), h.buffer}
}

func (h contextual) WithGroup(name string) slog.Handler {
	return contextual{h.Handler.WithGroup(name), h.buffer}
}

// traceID is Datadog's number for a trace: the low 64 bits in decimal.
func traceID(span trace.SpanContext) string {
	id := span.TraceID()
	return strconv.FormatUint(binary.BigEndian.Uint64(id[8:]), 10)
}

func spanID(span trace.SpanContext) string {
	id := span.SpanID()
	return strconv.FormatUint(binary.BigEndian.Uint64(id[:]), 10)
}

type requestIDKey struct{}

// WithRequestID carries a request's id in the context.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestID is the id of the request that the context belongs to, empty if it belongs to none.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string) // another type cannot be there, and absent is empty
	return id
}
