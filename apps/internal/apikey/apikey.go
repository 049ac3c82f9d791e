// Package apikey lets requests in that carry a shared secret, as a bearer token or in X-API-Key.
package apikey

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
)

// Require passes on requests that carry the key. With an empty key nobody may pass, and the answer names the
// environment variable that would change that.
func Require(key, variable string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := Check(r, key, variable); err != nil {
			rest.Error(w, r, err)
			return
		}
		next(w, r)
	}
}

// Check says why a request may not pass, nil if it may.
func Check(r *http.Request, key, variable string) error {
	if key == "" {
		return fault.New(fault.Forbidden, "Disabled: this service runs without "+variable)
	}
	if !Same(Carried(r), key) {
		return fault.New(fault.Unauthorized, "A valid API key is required")
	}
	return nil
}

// Carried is the key that a request carries, empty if it carries none.
func Carried(r *http.Request) string {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return token
	}
	return r.Header.Get("X-API-Key")
}

// Same compares secrets. The sums have one length, so the time it takes tells nothing about the secret's.
func Same(got, want string) bool {
	a, b := sha256.Sum256([]byte(got)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}
