// Package session keeps a visitor's cart and a one-time notice in a cookie that only this service can read or change.
// Nothing is stored on the server, so any replica can answer any request.
package session

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
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
	// Key makes an order of this cart one order, however often, wherever and from whichever tab it is sent. It lives
	// and changes with the cart: WithCart gives a changed cart a new one.
	Key string
	// Owner is the secret by which the visitor's orders are known as theirs. It is empty until the browser has shown
	// that it keeps cookies.
	Owner string
	// Notice is shown on the next page and then forgotten.
	Notice Notice
}

// WithCart is the session with a cart, which is another order than before if its content is.
func (s Session) WithCart(content cart.Cart) Session {
	if s.Key == "" || !s.Cart.Equal(content) {
		s.Key = rand.Text()
	}
	s.Cart = content
	return s
}

// WithNotice is the session with a sentence for the next page.
func (s Session) WithNotice(text string) Session {
	s.Notice = Notice{Text: text}
	return s
}

// WithProblem is WithNotice for what did not work.
func (s Session) WithProblem(text string) Session {
	s.Notice = Notice{Text: text, Problem: true}
	return s
}

// Notice is a sentence for the visitor.
type Notice struct {
	Text string `json:"t,omitzero"`
	// Problem says that something did not work, as opposed to a confirmation.
	Problem bool `json:"p,omitzero"`
}

// Codec reads and writes sessions: it writes with the first key and reads with each.
type Codec struct{ cookies, visitors, admins []securecookie.Codec }

// wire is the cookie's content: cart lines in their short text form.
type wire struct {
	Lines  []string `json:"c,omitempty"`
	Key    string   `json:"k,omitempty"`
	Notice Notice   `json:"n,omitzero"`
}

// NewCodec derives signing and encryption keys from secret texts, which must be the same in every replica. More than one is
// for the time in which one replaces another.
func NewCodec(secrets ...string) (*Codec, error) {
	if len(secrets) == 0 {
		return nil, errors.New("session key: none")
	}
	c := &Codec{}
	for _, secret := range secrets {
		if len(secret) < MinKey {
			return nil, fmt.Errorf("session key: %d bytes, want at least %d", len(secret), MinKey)
		}
		for _, kind := range []struct {
			codecs *[]securecookie.Codec
			use    string
			age    time.Duration
		}{
			{&c.cookies, "session", maxAge}, {&c.visitors, "session", visitorAge},
			{&c.admins, "admin", adminIdle}, // with keys of its own: no other cookie can be passed off as an operator's
		} {
			codec, err := newCookies(secret, kind.use, kind.age)
			if err != nil {
				return nil, fmt.Errorf("session key: %w", err)
			}
			*kind.codecs = append(*kind.codecs, codec)
		}
	}
	return c, nil
}

func newCookies(secret, use string, age time.Duration) (*securecookie.SecureCookie, error) {
	sign, err := hkdf.Key(sha256.New, []byte(secret), nil, "techcommerce "+use+": sign", 32)
	if err != nil {
		return nil, err
	}
	encrypt, err := hkdf.Key(sha256.New, []byte(secret), nil, "techcommerce "+use+": encrypt", 32)
	if err != nil {
		return nil, err
	}
	return securecookie.New(sign, encrypt).SetSerializer(securecookie.JSONEncoder{}).MaxAge(int(age.Seconds())), nil
}

// Load is the request's session. A cookie that is absent, forged, expired or written by another version is an empty
// session: the worst that happens is an empty cart.
func (c *Codec) Load(r *http.Request) Session {
	visit := Session{Owner: c.Owner(r)}
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return visit
	}
	var w wire
	if err := securecookie.DecodeMulti(cookieName, cookie.Value, &w, c.cookies...); err != nil {
		return visit
	}
	var lines []cart.Line
	for _, text := range w.Lines {
		line, err := cart.ParseLine(text)
		if err != nil {
			return visit
		}
		lines = append(lines, line)
	}
	content, err := cart.New(lines)
	if err != nil {
		return visit
	}
	visit.Cart, visit.Key, visit.Notice = content, w.Key, w.Notice
	if visit.Key == "" {
		visit.Key = keyOf(cookie.Value)
	}
	return visit
}

// keyOf is the key of a cart whose cookie has none, because an older version wrote it: every tab that sends this cookie
// finds the same one. The cookie is a secret, and its sum tells nothing about it.
func keyOf(cookie string) string {
	sum := sha256.Sum256([]byte(cookie))
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16])
}

// Save sets the session's cookies. Call it before the response's status is written.
func (c *Codec) Save(w http.ResponseWriter, r *http.Request, s Session) error {
	content := wire{Key: s.Key, Notice: s.Notice}
	for _, line := range s.Cart.Lines() {
		content.Lines = append(content.Lines, line.String())
	}
	value, err := securecookie.EncodeMulti(cookieName, content, c.cookies[:1]...)
	if err != nil {
		return fmt.Errorf("session: encode: %w", err)
	}
	set(w, r, cookieName, value, maxAge)
	if s.Owner != "" {
		return nil
	}
	return c.welcome(w, r)
}

// set sets a cookie for this service's own pages alone.
func set(w http.ResponseWriter, r *http.Request, name, value string, age time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name:     name,
		Value:    value,
		Path:     "/",
		MaxAge:   int(age.Seconds()),
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
		Secure:   secure(r),
	})
}

// secure says whether the browser's side of the connection is encrypted. A client that lies in this header only loses
// its own cookie.
func secure(r *http.Request) bool {
	return r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}
