// Package proxy passes API calls on to the two APIs, so that clients need one address only. What may pass is a list of
// routes, so that nothing else of the APIs, their internal routes least of all, can be reached through it; and a list of
// headers, so that what the APIs are told of a client is this service's word.
package proxy

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"github.com/techcommerce/platform/apps/frontend/internal/backend"
	"github.com/techcommerce/platform/apps/internal/deadline"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/header"
	"github.com/techcommerce/platform/apps/internal/rest"
)

// readWithin bounds a read, and deadline.OrderBudget everything else, from the client's last byte to the API's last.
const readWithin = 5 * time.Second

// API is one of the two APIs and what of it may be reached.
type API struct {
	// Title is how answers name it, for example "Product API".
	Title    string
	Endpoint backend.Endpoint
	// Collection is the last part of the API's path: products or orders.
	Collection string
	// Actions are what may follow a thing's id, for example cancel.
	Actions []string
	// Client is who a request comes from.
	Client func(*http.Request) string
	// Owner is the secret of the visitor whom a request comes from; nil where the API has nothing that belongs to one.
	Owner func(*http.Request) string
}

// Routes adds an API under /api/<collection> and, as the old system's documents have it, /<collection>.
func Routes(r *mux.Router, api API) error {
	base, err := url.Parse(api.Endpoint.URL)
	if err != nil {
		return fmt.Errorf("proxy to %s: %w", api.Title, err)
	}
	for _, prefix := range []string{"/api/", "/"} {
		pass := &passer{API: api, prefix: prefix, base: base}
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
	API
	prefix string
	base   *url.URL
}

// ServeHTTP takes the whole body before it bothers the API: a slow client holds no connection to it, a client that goes
// away is not mistaken for a failing API, and an order with a key can be sent again.
func (p *passer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target := "/api/" + strings.TrimPrefix(r.URL.Path, p.prefix)
	if path.Clean(target) != target {
		rest.NotFound(w, r)
		return
	}
	if strings.ContainsFunc(r.Header.Get("Upgrade"), notPrintable) {
		rest.Error(w, r, fault.New(fault.Invalid, "Upgrade is not a protocol"))
		return
	}
	body, err := rest.ReadBody(r)
	if err != nil {
		rest.Error(w, r, err)
		return
	}
	w.Header().Add("Vary", "Accept") // browsers get a page from some of these paths
	within := deadline.OrderBudget
	if rest.Reads(r.Method) {
		within = readWithin
	}
	ctx, cancel := context.WithTimeout(r.Context(), within)
	defer cancel()
	response, err := p.Endpoint.Transport.RoundTrip(p.request(ctx, r, target, body))
	if err != nil {
		rest.Error(w, r, p.down(r, err))
		return
	}
	defer response.Body.Close() //nolint:errcheck // it was read, or its connection is lost
	if err := answer(w, response); err != nil {
		rest.Error(w, r, p.down(r, err))
	}
}

// down says that the API did not answer, and for what changes something that nobody knows whether it did, unless the API
// cannot have been asked.
func (p *passer) down(r *http.Request, err error) error {
	message := p.Title + " is unavailable"
	switch {
	case rest.Reads(r.Method) || backend.NotAsked(err):
	case r.Method == http.MethodPost && r.URL.Path == p.prefix+"orders":
		message = "It is not known whether the order was placed"
	default:
		message = "It is not known whether this was done: " + p.Title + " did not answer"
	}
	return fault.Down(message, err)
}

func notPrintable(c rune) bool { return c < ' ' || c > '~' }

// passed are the headers that clients may send to the APIs.
var passed = []string{
	"Accept", "Accept-Language", "Authorization", "Content-Type", "If-Match", "If-None-Match", "If-Modified-Since",
	"If-Unmodified-Since", "Traceparent", "Tracestate", "User-Agent", "X-Api-Key",
	header.IdempotencyKey, header.OrderAccess,
}

// request is what the API is asked.
func (p *passer) request(ctx context.Context, in *http.Request, target string, body []byte) *http.Request {
	out := (&http.Request{
		Method: in.Method,
		URL:    &url.URL{Scheme: p.base.Scheme, Host: p.base.Host, Path: target, RawQuery: in.URL.RawQuery},
		Host:   p.base.Host,
		Header: make(http.Header, len(passed)),
		Proto:  "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: http.NoBody,
	}).WithContext(ctx)
	for _, name := range passed {
		if values, ok := in.Header[name]; ok {
			out.Header[name] = values
		}
	}
	if _, named := out.Header["User-Agent"]; !named {
		out.Header["User-Agent"] = nil // or Go would name itself
	}
	out.Header.Set("X-Forwarded-For", p.Client(in))
	if p.Owner != nil {
		if owner := p.Owner(in); owner != "" {
			out.Header.Set(header.OrderOwner, owner)
		}
	}
	if len(body) > 0 {
		out.ContentLength = int64(len(body))
		out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		out.Body = io.NopCloser(bytes.NewReader(body))
	}
	return out
}
