// Package web is the shop as people see it: pages made on the server from embedded templates, working without
// JavaScript. It asks package backend for what it shows and keeps nothing but the visitor's cookie.
package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/techcommerce/platform/apps/frontend/internal/backend"
	"github.com/techcommerce/platform/apps/frontend/internal/session"
)

// pageWithin bounds how long a page waits for all that it asks the backends.
const pageWithin = 2500 * time.Millisecond

// Site serves the pages.
type Site struct {
	backend  *backend.Client
	sessions *session.Codec
	// client is who a request comes from.
	client  func(*http.Request) string
	options Options

	origins   *http.CrossOriginProtection
	log       *slog.Logger
	assets    assets
	templates templates

	compressor compressor
}

// Options are what may differ between two shops.
type Options struct {
	// PublicAdmin says that the operator's pages are for whoever reaches the shop, not for this machine alone.
	PublicAdmin bool
	// Demo says that nothing is charged and nothing is shipped, and every page tells.
	Demo bool
}

// New prepares templates and assets; an error means that this binary was built wrong.
func New(
	apis *backend.Client, sessions *session.Codec, client func(*http.Request) string, options Options, log *slog.Logger,
) (*Site, error) {
	files, err := loadAssets()
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	pages, err := loadTemplates(files)
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	compressor, err := newCompressor()
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	return &Site{
		backend: apis, sessions: sessions, client: client, options: options,
		origins: http.NewCrossOriginProtection(), log: log, assets: files, templates: pages, compressor: compressor,
	}, nil
}

// Routes adds the pages to a router. /products, /orders and what is below them are pages only for those who ask for HTML:
// the same paths are the APIs' JSON for everybody else, so routes for these have to be added after this.
func (s *Site) Routes(r *mux.Router) {
	r.HandleFunc("/", s.shop).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc("/cart/items/{id}", s.change).Methods(http.MethodPost)
	r.HandleFunc("/checkout", s.checkout).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc("/checkout", s.place).Methods(http.MethodPost)
	r.HandleFunc("/assets/{name}", s.asset).Methods(http.MethodGet, http.MethodHead)
	r.HandleFunc("/favicon.ico", s.favicon).Methods(http.MethodGet, http.MethodHead)

	s.adminRoutes(r)

	readsHTML := func(r *http.Request, _ *mux.RouteMatch) bool { return wantsPage(r) }
	r.HandleFunc("/products", s.products).Methods(http.MethodGet, http.MethodHead).MatcherFunc(readsHTML)
	r.HandleFunc("/products/{id}", s.product).Methods(http.MethodGet, http.MethodHead).MatcherFunc(readsHTML)
	r.HandleFunc("/orders", s.orders).Methods(http.MethodGet, http.MethodHead).MatcherFunc(readsHTML)
	r.HandleFunc("/orders/{id}", s.order).Methods(http.MethodGet, http.MethodHead).MatcherFunc(readsHTML)
	r.HandleFunc("/orders/{id}/cancel", s.cancel).Methods(http.MethodPost).MatcherFunc(readsHTML)
}

// patience is how long this page may wait.
func patience(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(r.Context(), pageWithin)
}
