package main

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"github.com/techcommerce/platform/apps/internal/apikey"
	"github.com/techcommerce/platform/apps/internal/audit"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/header"
	"github.com/techcommerce/platform/apps/order-api/order"
)

// accessParameter carries an order's secret in an address, where a header cannot.
const accessParameter = "access"

// confidential keeps orders out of every cache: they have names in them, and their addresses may have a secret.
func confidential(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "private, no-store")
		next.ServeHTTP(w, r)
	})
}

// owner is a sum of the secret of the visitor whom a request comes from, empty where it names none. The secret itself is
// not kept: who reads the database must not become everybody.
func owner(r *http.Request) string {
	secret := r.Header.Get(header.OrderOwner)
	if secret == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("owner " + secret))
	return hex.EncodeToString(sum[:])
}

// holds reports whether an order is the caller's: shown by the visitor's secret, by the Idempotency-Key that it was placed
// with, or by the operator's key.
func (a *api) holds(r *http.Request, o order.Order) bool {
	return o.Owner != "" && apikey.Same(owner(r), o.Owner) ||
		o.Key != "" && o.Scope == scope(r) && apikey.Same(r.Header.Get(header.IdempotencyKey), o.Key) ||
		a.operators.Check(r) == nil
}

// recognized marks what a request does as the owner's, where it carries the owner's key: on a route that is for customers,
// too.
func (a *api) recognized(r *http.Request) *http.Request {
	key := apikey.Carried(r)
	if key == "" || a.operators.Check(r) != nil {
		return r
	}
	return r.WithContext(audit.By(r.Context(), key))
}

// opened reports whether a request carries the order's own secret.
func opened(r *http.Request, o order.Order) bool {
	secret := r.Header.Get(header.OrderAccess)
	if secret == "" {
		secret = r.URL.Query().Get(accessParameter)
	}
	return o.Access != "" && apikey.Same(secret, o.Access)
}

// checkHolding says why a request may not decide who sees an order, nil if it may.
func (a *api) checkHolding(r *http.Request, o order.Order) error {
	if a.holds(r, o) {
		return nil
	}
	return order.ErrNotFound
}

// checkReading says why a request may not see an order, nil if it may. An order that is somebody else's is one that does
// not exist: the answer must not tell which ids are taken.
func (a *api) checkReading(r *http.Request, o order.Order) error {
	if a.settings.open || a.holds(r, o) || opened(r, o) {
		return nil
	}
	return order.ErrNotFound
}

// checkCancelling says why a request may not cancel an order, nil if it may. Who may see it is told what is missing.
func (a *api) checkCancelling(r *http.Request, o order.Order) error {
	if a.holds(r, o) || opened(r, o) {
		return nil
	}
	if a.settings.open {
		return a.operators.Check(r)
	}
	return order.ErrNotFound
}

// restrict narrows a list to what the caller may see: all orders for the operator and where orders are open, a visitor's
// own for a visitor. A key that is sent must be the right one where orders are open, too.
func (a *api) restrict(r *http.Request, filter *order.Filter) error {
	if a.settings.open && apikey.Carried(r) == "" {
		return nil
	}
	problem := a.operators.Check(r)
	if problem == nil {
		return nil
	}
	filter.Owner = owner(r)
	if filter.Owner == "" || apikey.Carried(r) != "" {
		if fault.KindOf(problem) == fault.Forbidden && apikey.Carried(r) == "" {
			return fault.New(fault.Unauthorized, "A valid API key is required")
		}
		return problem
	}
	return nil
}
