package session

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/securecookie"
)

const (
	visitorCookie = "visitor"
	// visitorAge is how long a visitor's orders are known as theirs without a link; a cart is forgotten sooner.
	visitorAge = 365 * 24 * time.Hour
)

// Owner is the visitor's secret, empty if the browser sends none. It has a cookie of its own, which outlives the cart
// and which versions that do not know it leave alone.
func (c *Codec) Owner(r *http.Request) string {
	cookie, err := r.Cookie(visitorCookie)
	if err != nil {
		return ""
	}
	var owner string
	if err := securecookie.DecodeMulti(visitorCookie, cookie.Value, &owner, c.visitors...); err != nil {
		return ""
	}
	return owner
}

// welcome gives a visitor who has none a secret.
func (c *Codec) welcome(w http.ResponseWriter, r *http.Request) error {
	value, err := securecookie.EncodeMulti(visitorCookie, rand.Text(), c.visitors[:1]...)
	if err != nil {
		return fmt.Errorf("session: encode: %w", err)
	}
	set(w, r, visitorCookie, value, visitorAge)
	return nil
}
