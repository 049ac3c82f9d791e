// Shop runs the three services as plain processes of this machine: no cluster, no container, SQLite files for data. It
// is for working on them. A change of their source builds them anew and restarts those that became different.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/techcommerce/platform/apps/contract"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run runs the shop of the repository that it is started in.
func run(ctx context.Context, out io.Writer) error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	shop := &shop{
		root: root,
		home: filepath.Join(root, ".local", "run"),
		out:  &console{out: out},
		port: func(s contract.Service) int { return s.Port },
	}
	return shop.run(ctx)
}

// shop is the services together.
type shop struct {
	// root is where the sources are: go.mod and apps/.
	root string
	// home is where the data and the binaries are kept.
	home string
	out  *console
	// port is where a service listens, on the loopback only.
	port func(contract.Service) int

	running []*process
}

// run builds, starts and watches until the context ends, and then ends the services in good order.
func (s *shop) run(ctx context.Context) error {
	if err := os.MkdirAll(s.home, 0o700); err != nil {
		return err
	}
	if err := s.portsFree(ctx); err != nil {
		return err
	}
	seen, err := fingerprint(s.root)
	if err != nil {
		return err
	}
	s.out.say("building")
	if err := s.build(ctx); err != nil {
		return err
	}
	defer s.stop()
	if err := s.start(); err != nil {
		return err
	}
	if err := s.await(ctx); err != nil {
		return err
	}
	s.welcome()
	return s.watch(ctx, seen)
}

// start runs every service, callees first.
func (s *shop) start() error {
	for i, service := range contract.Services() {
		p := &process{service: service, binary: s.binary(service), env: s.environment(i, service), out: s.out}
		if err := p.start(); err != nil {
			return err
		}
		s.running = append(s.running, p)
	}
	return nil
}

// stop ends the services, callers first.
func (s *shop) stop() {
	for i := len(s.running) - 1; i >= 0; i-- {
		s.running[i].stop()
	}
}

// await waits until every service is ready.
func (s *shop) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for _, p := range s.running {
		if err := s.awaitReady(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// watch builds again whenever the sources change. A build that fails leaves everything as it is.
func (s *shop) watch(ctx context.Context, seen string) error {
	const pause = 500 * time.Millisecond
	for tick := time.NewTicker(pause); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			return nil
		case <-tick.C:
		}
		now, err := fingerprint(s.root)
		if err != nil || now == seen {
			continue // a file that went away between two looks is looked at again
		}
		seen = now
		if err := s.renew(ctx); err != nil && !errors.Is(err, context.Canceled) {
			s.out.say("%v", err)
		}
	}
}

// renew builds and restarts what became different, and what had ended.
func (s *shop) renew(ctx context.Context) error {
	s.out.say("building")
	if err := s.build(ctx); err != nil {
		return err
	}
	for _, p := range s.running {
		if !p.stale() {
			continue
		}
		p.stop()
		if err := p.start(); err != nil {
			return err
		}
		if err := s.awaitReady(ctx, p); err != nil {
			return err
		}
		s.out.say("%s is new", p.service.Name)
	}
	return nil
}

func (s *shop) welcome() {
	s.out.say("The shop is open: http://localhost:%d", s.port(contract.Frontend))
	for i, service := range contract.Services() {
		s.out.say("  %-12s http://localhost:%d, metrics and pprof on %d", service.Name, s.port(service), s.internalPort(i))
	}
	s.out.say("  admin key    %s", key(contract.EnvAdminAPIKey))
	s.out.say("  data         %s (delete it to begin anew)", s.home)
	s.out.say("A change below apps/ builds and restarts what it concerns. Ctrl+C ends it all.")
}
