package rest

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"github.com/gorilla/mux"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/telemetry"
)

// RequestIDHeader carries a request's id between services and back to the client.
const RequestIDHeader = "X-Request-Id"

// unmatched is the route label of requests that no route matched.
const unmatched = "unmatched"

var requestIDPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// record is what is learnt about a request on its way through the handlers, for its log line and metrics.
type record struct {
	route string
	err   error
	stack string
	// about is what the request is about, beside its route.
	about []slog.Attr
	// shed is why the request was sent away, empty if it was not.
	shed string
	// present answers with a problem in another way than as JSON, if it wants to.
	present Presenter
}

type recordKey struct{}

func recordOf(ctx context.Context) *record {
	if found, ok := ctx.Value(recordKey{}).(*record); ok {
		return found
	}
	return &record{}
}

// Note keeps an error for the request's log line.
func Note(ctx context.Context, err error) { recordOf(ctx).err = err }

// NoteID keeps the id of what a request is about for its log line. The id is a number of ours: it says nothing about anybody.
func NoteID(ctx context.Context, name string, id int64) {
	known := recordOf(ctx)
	known.about = append(known.about, slog.Int64(name, id))
}

// NoteShed keeps why a request is sent away for the request's log line and the metric of those that were.
func NoteShed(ctx context.Context, reason string) { recordOf(ctx).shed = reason }

// Identify gives each request an id: that of a caller who is believed, if it is a harmless one, or a new one. Whoever is
// not believed has no say in our traces either.
func Identify(believed func(*http.Request) bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(RequestIDHeader)
		if !believed(r) {
			id = ""
			for _, name := range []string{"Traceparent", "Tracestate", "Baggage"} {
				delete(r.Header, name)
			}
		}
		if !requestIDPattern.MatchString(id) {
			id = rand.Text()
		}
		w.Header().Set(RequestIDHeader, id)
		next.ServeHTTP(w, r.WithContext(telemetry.WithRequestID(r.Context(), id)))
	})
}

// Observe counts, times and logs each request, of successful reads a sample. Neither line nor label holds the URL: it may hold personal data, and
// ids without bound.
func Observe(log *slog.Logger, requests *telemetry.Requests, reads Sample) mux.MiddlewareFunc {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			begun := time.Now()
			known := &record{route: unmatched}
			answer := &recorder{ResponseWriter: w, status: http.StatusOK}
			r = r.WithContext(context.WithValue(r.Context(), recordKey{}, known))
			defer func() {
				took, status := time.Since(begun), outcome(r.Context(), answer.status, known)
				requests.Observe(r.Method, known.route, status, took)
				if known.shed != "" && status >= http.StatusTooManyRequests {
					requests.Shed(known.route, known.shed)
				}
				if !reads.skips(r, known, status) {
					writeLine(log, r, known, status, took)
				}
			}()
			next.ServeHTTP(answer, r)
		})
	}
}

// clientGone is the status of a request whose client left before the answer, as nginx counts it. It was never sent.
const clientGone = 499

// outcome is how a request is counted: what failed because its client went away is nobody's failure. A panic is.
func outcome(ctx context.Context, status int, known *record) int {
	if status >= http.StatusInternalServerError && known.stack == "" && errors.Is(ctx.Err(), context.Canceled) {
		return clientGone
	}
	return status
}

func writeLine(log *slog.Logger, r *http.Request, known *record, status int, took time.Duration) {
	level, probe := slog.LevelInfo, contract.IsProbe(known.route)
	switch failed := status >= http.StatusInternalServerError; {
	case failed && (probe || known.shed != ""):
		level = slog.LevelWarn
	case failed:
		level = slog.LevelError
	case probe:
		level = slog.LevelDebug
	}
	if !log.Enabled(r.Context(), level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("http.method", r.Method),
		slog.String("http.route", known.route),
		slog.Int("http.status_code", status),
		slog.Int64("duration", took.Nanoseconds()),
	}
	attrs = append(attrs, known.about...)
	if known.err != nil {
		attrs = append(attrs, slog.String("error.message", known.err.Error()))
	}
	if known.shed != "" {
		attrs = append(attrs, slog.String("shed", known.shed))
	}
	if known.stack != "" {
		attrs = append(attrs, slog.String("error.stack", known.stack))
	}
	log.LogAttrs(r.Context(), level, "request", attrs...)
}

// NameRoute tells the request's record and span the template of the route that matched. It belongs on the router.
func NameRoute(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if route := mux.CurrentRoute(r); route != nil {
			if template, err := route.GetPathTemplate(); err == nil {
				recordOf(r.Context()).route = template
				span := trace.SpanFromContext(r.Context())
				span.SetName(r.Method + " " + template)
				span.SetAttributes(attribute.String("http.route", template))
			}
		}
		next.ServeHTTP(w, r)
	})
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status  int
	written bool
}

func (w *recorder) WriteHeader(status int) {
	if !w.written && status >= http.StatusOK {
		w.status, w.written = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(data []byte) (int, error) {
	w.written = true
	return w.ResponseWriter.Write(data)
}

// Unwrap lets http.ResponseController reach what lies beneath.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
