// Package proxy passes API calls on to the two APIs, so that clients need one address only. What may pass is a list of
// routes, so that nothing else of the APIs, their internal routes least of all, can be reached through it.
package proxy

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"github.com/techcommerce/platform/apps/frontend/internal/backend"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
)

// within bounds one call, from the client's last byte to the API's first.
const within = 10 * time.Second

// API is one of the two APIs and what of it may be reached.
type API struct {
	// Title is how answers name it, for example "Product API".
	Title    string
	Endpoint backend.Endpoint
	// Collection is the last part of the API's path: products or orders.
	Collection string
	// Actions are what may follow a thing's id, for example cancel.
	Actions []string
}

// Routes adds an API under /api/<collection> and, as the old system's documents have it, /<collection>.
func Routes(r *mux.Router, api API) error {
	base, err := url.Parse(api.Endpoint.URL)
	if err != nil {
		return fmt.Errorf("proxy to %s: %w", api.Title, err)
	}
	proxy := forward(base, api)
	for _, prefix := range []string{"/api/", "/"} {
		pass := &passer{prefix: prefix, proxy: proxy}
		collection := prefix + api.Collection
		r.Handle(collection, pass)
		r.Handle(collection+"/{id}", pass)
		for _, action := range api.Actions {
			r.Handle(collection+"/{id}/"+action, pass)
		}
	}
	return nil
}

// passer passes on what begins with a prefix, which stands for the APIs' own /api/.
type passer struct {
	prefix string
	proxy  http.Handler
}

// ServeHTTP takes the whole body before it bothers the API: a slow client holds no connection to it, a client that goes
// away is not mistaken for a failing API, and an order with a key can be sent again.
func (p *passer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target := "/api/" + strings.TrimPrefix(r.URL.Path, p.prefix)
	if path.Clean(target) != target {
		rest.NotFound(w, r)
		return
	}
	body, err := rest.ReadBody(r)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	w.Header().Add("Vary", "Accept") // browsers get a page from some of these paths
	ctx, cancel := context.WithTimeout(r.Context(), within)
	defer cancel()
	r = r.WithContext(ctx)
	r.URL = &url.URL{Path: target, RawQuery: r.URL.RawQuery}
	r.ContentLength, r.TransferEncoding = int64(len(body)), nil
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	r.Body = io.NopCloser(bytes.NewReader(body))
	if len(body) == 0 {
		r.Body, r.GetBody = http.NoBody, nil
	}
	p.proxy.ServeHTTP(w, r)
}

func forward(base *url.URL, api API) http.Handler {
	return &httputil.ReverseProxy{
		Transport: api.Endpoint.Transport,
		Rewrite: func(pr *httputil.ProxyRequest) {
			pr.SetURL(base)
			pr.Out.Header["X-Forwarded-For"] = pr.In.Header["X-Forwarded-For"]
			pr.SetXForwarded()
			// The visitor's session is no business of the APIs.
			pr.Out.Header.Del("Cookie")
		},
		ModifyResponse: func(response *http.Response) error {
			// This service sets these itself.
			response.Header.Del(rest.RequestIDHeader)
			response.Header.Del("X-Content-Type-Options")
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			rest.Error(w, r, fault.Down(api.Title+" is unavailable", err))
		},
	}
}
