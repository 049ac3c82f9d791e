// Package session keeps a visitor's cart and a one-time notice in a cookie that only this service can read or change.
// Nothing is stored on the server, so any replica can answer any request.
package session

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/securecookie"

	"github.com/techcommerce/platform/apps/frontend/internal/cart"
)

const (
	cookieName = "session"
	maxAge     = 30 * 24 * time.Hour

	// MinKey is the shortest text that Keys are derived from.
	MinKey = 32
)

// Session is what the cookie holds.
type Session struct {
	Cart cart.Cart
	// Notice is shown on the next page and then forgotten.
	Notice Notice
}

// Notice is a sentence for the visitor.
type Notice struct {
	Text string `json:"t,omitzero"`
	// Problem says that something did not work, as opposed to a confirmation.
	Problem bool `json:"p,omitzero"`
}

// Codec reads and writes sessions.
type Codec struct{ cookies *securecookie.SecureCookie }

// wire is the cookie's content: cart lines in their short text form.
type wire struct {
	Lines  []string `json:"c,omitempty"`
	Notice Notice   `json:"n,omitzero"`
}

// NewCodec derives the signing and the encryption key from one secret text, which must be the same in every replica.
func NewCodec(secret string) (*Codec, error) {
	if len(secret) < MinKey {
		return nil, fmt.Errorf("session key: %d bytes, want at least %d", len(secret), MinKey)
	}
	sign, err := hkdf.Key(sha256.New, []byte(secret), nil, "techcommerce session: sign", 32)
	if err != nil {
		return nil, fmt.Errorf("session key: %w", err)
	}
	encrypt, err := hkdf.Key(sha256.New, []byte(secret), nil, "techcommerce session: encrypt", 32)
	if err != nil {
		return nil, fmt.Errorf("session key: %w", err)
	}
	cookies := securecookie.New(sign, encrypt).SetSerializer(securecookie.JSONEncoder{}).MaxAge(int(maxAge.Seconds()))
	return &Codec{cookies: cookies}, nil
}

// Load is the request's session. A cookie that is absent, forged, expired or written by another version is an empty
// session: the worst that happens is an empty cart.
func (c *Codec) Load(r *http.Request) Session {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return Session{}
	}
	var w wire
	if err := c.cookies.Decode(cookieName, cookie.Value, &w); err != nil {
		return Session{}
	}
	var lines []cart.Line
	for _, text := range w.Lines {
		line, err := cart.ParseLine(text)
		if err != nil {
			return Session{}
		}
		lines = append(lines, line)
	}
	content, err := cart.New(lines)
	if err != nil {
		return Session{}
	}
	return Session{Cart: content, Notice: w.Notice}
}

// Save sets the session's cookie. Call it before the response's status is written.
func (c *Codec) Save(w http.ResponseWriter, r *http.Request, s Session) error {
	content := wire{Notice: s.Notice}
	for _, line := range s.Cart.Lines() {
		content.Lines = append(content.Lines, line.String())
	}
	value, err := c.cookies.Encode(cookieName, content)
	if err != nil {
		return fmt.Errorf("session: encode: %w", err)
	}
	http.SetCookie(w, &http.Cookie{
		Name:     cookieName,
		Value:    value,
		Path:     "/",
		MaxAge:   int(maxAge.Seconds()),
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
		Secure:   secure(r),
	})
	return nil
}

// secure says whether the browser's side of the connection is encrypted. A client that lies in this header only loses
// its own cookie.
func secure(r *http.Request) bool {
	return r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}
