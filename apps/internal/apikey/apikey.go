// Package apikey lets requests in that carry a shared secret, as a bearer token or in X-API-Key.
package apikey

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
	"time"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
	"github.com/techcommerce/platform/apps/internal/throttle"
)

// Keys are the secrets that open some routes: usually one, several while one replaces another.
type Keys struct {
	variable string
	accepted []string
	guesses  *throttle.Guesses
}

// unguessable is how long a key is that nobody guesses at any rate, as every key of a stack is. It opens after any number of
// wrong ones, too: whoever shares an address with their sender, behind a node or an office's router, must not be locked out.
const unguessable = 32

// New takes the keys that a variable of the environment holds. Clients that send wrong ones are slowed down.
func New(variable string, accepted []string, clients throttle.Clients) *Keys {
	return &Keys{variable: variable, accepted: accepted, guesses: throttle.NewGuesses(clients)}
}

// Require passes on requests that carry one of the keys. Without keys nobody may pass, and the answer names the environment
// variable that would change that.
func (k *Keys) Require(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := k.Check(r); err != nil {
			rest.Error(w, r, err)
			return
		}
		next(w, r)
	}
}

// Check says why a request may not pass, nil if it may.
func (k *Keys) Check(r *http.Request) error {
	if len(k.accepted) == 0 {
		return fault.New(fault.Forbidden, "Disabled: this service runs without "+k.variable)
	}
	carried := Carried(r)
	if carried == "" {
		return errInvalid
	}
	slowed := k.guesses.TooMany(r)
	right := false
	for _, key := range k.accepted { // every key is looked at, so that the time tells nothing
		right = Same(carried, key) && (!slowed || len(key) >= unguessable) || right
	}
	switch {
	case right:
		return nil
	case slowed:
		return &fault.Error{Kind: fault.TooMany, Message: "Too many wrong API keys", RetryAfter: time.Second}
	}
	k.guesses.Wrong(r)
	return errInvalid
}

var errInvalid = fault.New(fault.Unauthorized, "A valid API key is required")

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
