// Frontend is the shop that people see: its pages, and one address for the two APIs behind it. It stores nothing; the
// cart is in the visitor's cookie.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/frontend/internal/backend"
	"github.com/techcommerce/platform/apps/frontend/internal/proxy"
	"github.com/techcommerce/platform/apps/frontend/internal/session"
	"github.com/techcommerce/platform/apps/frontend/internal/web"
	"github.com/techcommerce/platform/apps/internal/dial"
	"github.com/techcommerce/platform/apps/internal/environ"
	"github.com/techcommerce/platform/apps/internal/service"
)

func main() { service.Main(run) }

// run makes and serves the frontend. It adds no readiness check: a shop without its backends still answers, keeps carts
// and says what is missing, while replicas that all go unready together would take the whole shop away.
func run(ctx context.Context, getenv func(string) string, out io.Writer) error {
	env := environ.New(getenv)
	settings := service.ReadSettings(env, contract.Frontend)
	productsURL, ordersURL := env.URL(contract.EnvProductAPIURL), env.URL(contract.EnvOrderAPIURL)
	options := web.Options{PublicAdmin: env.Bool(contract.EnvPublicAdmin), Demo: env.Bool(contract.EnvDemo)}
	sessionKeys := env.RequiredKeys(contract.EnvSessionKey, session.MinKey)
	if err := env.Err(); err != nil {
		return err
	}
	s, err := service.New(ctx, settings, out)
	if err != nil {
		return err
	}
	endpoint := func(callee contract.Service, url string) backend.Endpoint {
		way := s.Transport(transport(settings.MaxConnections))
		return backend.Endpoint{URL: url, Transport: backend.NewTransport(callee.Name, settings.MaxConnections, way, s.Log)}
	}
	products, orders := endpoint(contract.ProductAPI, productsURL), endpoint(contract.OrderAPI, ordersURL)
	if err := routes(s, products, orders, sessionKeys, options); err != nil {
		return err
	}
	return s.Serve(ctx)
}

// routes adds everything that the frontend answers: pages first, because two of their paths are the APIs' too.
func routes(s *service.Service, products, orders backend.Endpoint, sessionKeys []string, options web.Options) error {
	client, err := backend.NewClient(products, orders)
	if err != nil {
		return err
	}
	sessions, err := session.NewCodec(sessionKeys...)
	if err != nil {
		return err
	}
	site, err := web.New(client, sessions, s.Client, options, s.Log)
	if err != nil {
		return err
	}
	s.Present = site.Present
	s.Router.Use(web.Secure, site.SameOrigin, s.LimitWrites())
	// The router's middleware does not see what no route matches.
	s.Router.NotFoundHandler = web.Secure(s.Router.NotFoundHandler)
	s.Router.MethodNotAllowedHandler = web.Secure(s.Router.MethodNotAllowedHandler)
	site.Routes(s.Router)
	for _, api := range []proxy.API{
		{
			Title: contract.ProductAPI.Title, Endpoint: products, Collection: "products", Actions: []string{"stock"},
			Client: s.Client,
		},
		{
			Title: contract.OrderAPI.Title, Endpoint: orders, Collection: "orders", Actions: []string{"cancel", "access"},
			Client: s.Client, Owner: sessions.Owner,
		},
	} {
		if err := proxy.Routes(s.Router, api); err != nil {
			return fmt.Errorf("frontend: %w", err)
		}
	}
	return nil
}

// transport keeps connections to one backend. Deadlines of whole calls are their callers'.
func transport(connections int) *http.Transport {
	return &http.Transport{
		DialContext: dial.Context,
		// How many there may be is bounded by class, in package backend.
		MaxIdleConnsPerHost: connections,
		IdleConnTimeout:     30 * time.Second, // shorter than the backends', so that they never close first
		DisableCompression:  true,             // between pods it costs more than it saves
	}
}
