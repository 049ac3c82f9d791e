package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/telemetry"
	"github.com/techcommerce/platform/apps/internal/throttle"
)

// Main runs a service until it ends or is told to, and exits.
func Main(run func(ctx context.Context, getenv func(string) string, out io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Getenv, os.Stdout)
	stop()
	if err != nil {
		id := telemetry.Identity{
			Service: filepath.Base(os.Args[0]), Environment: os.Getenv(contract.EnvEnvironment),
			Version: os.Getenv(contract.EnvVersion),
		}
		telemetry.NewLogger(os.Stdout, id, slog.LevelError).Error("the service ended", "error.message", err.Error())
		os.Exit(1)
	}
}

// Serve opens both listeners, prepares, and serves until the context ends. Then the service goes unready, serves on
// for the drain delay, and lets requests in flight finish within the drain timeout.
func (s *Service) Serve(ctx context.Context) error {
	public, err := net.Listen("tcp", s.Settings.ListenAddress)
	if err != nil {
		return fmt.Errorf("%s: listen: %w", s.Settings.Service.Name, err)
	}
	internal, err := net.Listen("tcp", s.Settings.InternalAddress)
	if err != nil {
		return errors.Join(fmt.Errorf("%s: listen: %w", s.Settings.Service.Name, err), public.Close())
	}
	for _, step := range s.prepare {
		s.Health.Set(step.name, func(context.Context) error { return errPreparing })
	}
	public = throttle.Connections{
		Most: s.Settings.OpenConnections, PerClient: s.Settings.ConnectionsPerClient, Clients: s.clients,
	}.Limit(public)
	s.Log.Info("listening", "address", public.Addr().String(), "internal_address", internal.Addr().String())
	return errors.Join(s.lines.Flush(), s.run(ctx, public, internal), s.lines.Flush())
}

var errPreparing = fault.New(fault.Unavailable, "being prepared")

// run is the life between open listeners and the end. The first part that fails ends all.
func (s *Service) run(ctx context.Context, outside, inside net.Listener) error {
	public := s.server(endPolitely(s.Health, s.Handler()))
	public.ConnContext = limitAge(s.Settings.ConnectionAge)
	servers := []*http.Server{public, s.server(s.internals())}
	failed := make(chan error, len(servers)+1+len(s.works))
	for i, listener := range []net.Listener{outside, inside} {
		go func() {
			if err := servers[i].Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				failed <- err
			}
		}()
	}
	working, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	var work sync.WaitGroup
	work.Go(func() { s.work(working, ctx, failed) })

	var err error
	select {
	case err = <-failed:
		s.Health.Drain()
	case <-ctx.Done():
		s.Log.Info("draining")
		s.Health.Drain()
		time.Sleep(s.Settings.DrainDelay)
	}
	err = errors.Join(err, s.shutdown(servers))
	stopWork()
	work.Wait()
	s.Log.Info("stopped")
	return err
}

// work prepares the service and then does its background work until the context ends.
func (s *Service) work(working, starting context.Context, failed chan<- error) {
	for _, step := range s.prepare {
		if err := s.attempt(starting, step); err != nil {
			if starting.Err() == nil {
				failed <- fmt.Errorf("%s: %w", step.name, err)
			}
			return
		}
		s.Health.Set(step.name, func(context.Context) error { return nil })
	}
	var all sync.WaitGroup
	for _, w := range s.works {
		all.Go(func() {
			if err := w.do(working); err != nil && working.Err() == nil {
				failed <- fmt.Errorf("%s: %w", w.name, err)
			}
		})
	}
	all.Wait()
}

// attempt repeats a step while what it needs is unavailable.
func (s *Service) attempt(ctx context.Context, step task) error {
	const longest = 5 * time.Second
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, longest) {
		err := step.do(ctx)
		if err == nil || fault.KindOf(err) != fault.Unavailable {
			return err
		}
		s.Log.Warn("waiting to start", "step", step.name, "error.message", err.Error())
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

func (s *Service) server(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       90 * time.Second,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
}

// internals are the routes of the internal port: metrics and pprof.
func (s *Service) internals() http.Handler {
	routes := http.NewServeMux()
	routes.Handle(contract.MetricsPath, promhttp.HandlerFor(s.Registry, promhttp.HandlerOpts{Registry: s.Registry}))
	routes.HandleFunc("/debug/pprof/", pprof.Index)
	routes.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	routes.HandleFunc("/debug/pprof/profile", pprof.Profile)
	routes.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	routes.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return routes
}

// shutdown lets requests in flight finish, the public ones first so that metrics see them out, and flushes traces.
func (s *Service) shutdown(servers []*http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.Settings.DrainTimeout)
	defer cancel()
	var problems []error
	for _, server := range servers {
		if err := server.Shutdown(ctx); err != nil {
			problems = append(problems, fmt.Errorf("drain: %w", errors.Join(err, server.Close())))
		}
	}
	if s.tracing != nil {
		// Where traces cannot be delivered, the service has still ended well.
		if err := s.tracing.Shutdown(ctx); err != nil {
			s.Log.Warn("traces were lost", "error.message", err.Error())
		}
	}
	return errors.Join(problems...)
}
