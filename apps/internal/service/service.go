package service

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/metric/noop"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/apikey"
	"github.com/techcommerce/platform/apps/internal/deadline"
	"github.com/techcommerce/platform/apps/internal/health"
	"github.com/techcommerce/platform/apps/internal/rest"
	"github.com/techcommerce/platform/apps/internal/telemetry"
	"github.com/techcommerce/platform/apps/internal/throttle"
)

// Limits of requests' bodies. What is larger than 4 KiB counts among all together, which leave a pod of 128 MiB the rest:
// orders as people place them never do, so whoever fills that room takes it from none of them.
var bodies = rest.Receiving{Body: 1 << 20, Together: 16 << 20, Within: 8 * time.Second}

// Service is one service between New and the end of Serve.
type Service struct {
	Settings Settings
	Log      *slog.Logger
	Registry *prometheus.Registry
	Health   *health.Checks
	// Router has the health routes and JSON answers for what it does not know. Routes are added before Serve.
	Router *mux.Router
	// Present answers with problems in another way than as JSON where it wants to. Nil: it never does.
	Present rest.Presenter

	lines    *telemetry.Buffer
	clients  throttle.Clients
	requests *telemetry.Requests
	tracing  *sdktrace.TracerProvider
	prepare  []task
	works    []task
	admitted sync.Once
}

type task struct {
	name string
	do   func(context.Context) error
}

// New makes a service that logs to out and listens nowhere yet.
func New(ctx context.Context, settings Settings, out io.Writer) (*Service, error) {
	id := telemetry.Identity{
		Service: settings.Service.Name, Environment: settings.Environment, Version: settings.Version,
	}
	lines := telemetry.NewBuffer(out)
	s := &Service{
		Settings: settings,
		Log:      telemetry.NewLogger(lines, id, settings.LogLevel),
		lines:    lines,
		Registry: telemetry.NewRegistry(id),
		Health:   health.New(),
		// Without cleaning, a path such as //api is unknown like any other instead of an HTML redirect.
		Router: mux.NewRouter().SkipClean(true),
	}
	s.clients = clients(settings, s.Log)
	s.requests = telemetry.NewRequests(s.Registry)
	if settings.OTLPEndpoint != "" {
		tracing, err := telemetry.NewTracing(ctx, id, settings.OTLPEndpoint)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", id.Service, err)
		}
		s.tracing = tracing
	}
	s.Router.Use(rest.NameRoute)
	s.Router.NotFoundHandler = http.HandlerFunc(rest.NotFound)
	s.Router.MethodNotAllowedHandler = rest.MethodNotAllowed(s.Router)
	s.Router.HandleFunc(contract.HealthPath, s.healthy).Methods(http.MethodGet, http.MethodHead)
	s.Router.HandleFunc(contract.ReadyPath, s.ready).Methods(http.MethodGet, http.MethodHead)
	return s, nil
}

// Prepare adds a step that must succeed before the service is ready, for example migrations. Steps run in their order
// after the listeners are open; a step that fails because something is unavailable is tried again, any other failure
// ends the service.
func (s *Service) Prepare(name string, step func(context.Context) error) {
	s.prepare = append(s.prepare, task{name, step})
}

// PrepareDemo adds the step that fills an empty store with what a demo shows; fill tells whether it did.
func (s *Service) PrepareDemo(fill func(context.Context) (bool, error)) {
	s.Prepare("demo data", func(ctx context.Context) error {
		filled, err := fill(ctx)
		if filled {
			s.Log.InfoContext(ctx, "the empty store has demo data now, because "+contract.EnvDemo+" is set")
		}
		return err
	})
}

// Background adds work that begins once the service is prepared. Its context ends after the last request is drained.
func (s *Service) Background(name string, work func(context.Context) error) {
	s.works = append(s.works, task{name, work})
}

// LimitWrites is middleware that limits how fast one client may write, as the settings say.
func (s *Service) LimitWrites() mux.MiddlewareFunc {
	return throttle.Writes(s.Settings.WriteRate, s.clients)
}

// Keys are the secrets of a variable, held against the clients of this service.
func (s *Service) Keys(variable string, accepted []string) *apikey.Keys {
	return apikey.New(variable, accepted, s.clients)
}

// Client is who sends a request: its peer, or whom a trusted proxy names; empty where there is no address.
func (s *Service) Client(r *http.Request) string {
	if client := s.clients.Of(r); client.IsValid() {
		return client.String()
	}
	return ""
}

// clients tells who sends requests, as the settings say.
func clients(settings Settings, log *slog.Logger) throttle.Clients {
	if settings.TrustedProxies == 0 {
		return throttle.TrustNetworks(settings.TrustedNetworks)
	}
	log.Warn(contract.EnvTrustedProxies + " lets whoever reaches this service directly call itself anything: set " +
		contract.EnvTrustedNetworks + " to the networks of the proxies instead")
	return throttle.TrustProxies(settings.TrustedProxies)
}

// Handler is the router with all that a request passes through first.
func (s *Service) Handler() http.Handler {
	s.admitted.Do(s.admit)
	var handler http.Handler = s.Router
	handler = rest.Recover(handler)
	handler = deadline.Serve(handler)
	handler = rest.Present(s.Present)(handler)
	rest.ExpectErrors(s.Router, s.requests)
	handler = rest.Observe(s.Log, s.requests, rest.Sample(s.Settings.LogReads))(handler)
	if s.tracing != nil {
		handler = otelhttp.NewHandler(handler, "request", s.instrumentation()...)
	}
	return rest.Identify(s.clients.Believes, handler)
}

func (s *Service) instrumentation() []otelhttp.Option {
	return []otelhttp.Option{
		otelhttp.WithTracerProvider(s.tracing),
		otelhttp.WithMeterProvider(noop.NewMeterProvider()),
		otelhttp.WithPropagators(telemetry.Propagation()),
	}
}
