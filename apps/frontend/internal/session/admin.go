package session

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/securecookie"
)

const (
	adminCookie = "admin"
	adminPath   = "/admin"
	// adminIdle ends an operator's session that is not used, adminLongest any.
	adminIdle    = time.Hour
	adminLongest = 12 * time.Hour
)

// Admin is the session of an operator. The services check the key with every call, so the session is over as soon as the
// key is another.
type Admin struct {
	// Key is the admin key that the operator signed in with.
	Key string `json:"k"`
	// Since is when that was, in seconds since 1970.
	Since int64 `json:"s"`
}

// Admin is the operator's session, if there is one that is not over.
func (c *Codec) Admin(r *http.Request) (Admin, bool) {
	cookie, err := r.Cookie(adminCookie)
	if err != nil {
		return Admin{}, false
	}
	var session Admin
	if err := securecookie.DecodeMulti(adminCookie, cookie.Value, &session, c.admins...); err != nil {
		return Admin{}, false
	}
	age := time.Since(time.Unix(session.Since, 0))
	return session, session.Key != "" && age < adminLongest
}

// SaveAdmin begins an operator's session, or goes on with it.
func (c *Codec) SaveAdmin(w http.ResponseWriter, r *http.Request, session Admin) error {
	value, err := securecookie.EncodeMulti(adminCookie, session, c.admins[:1]...)
	if err != nil {
		return fmt.Errorf("session: encode: %w", err)
	}
	setAdmin(w, r, value, int(adminIdle.Seconds()))
	return nil
}

// EndAdmin has the browser forget an operator's session.
func (c *Codec) EndAdmin(w http.ResponseWriter, r *http.Request) { setAdmin(w, r, "", -1) }

// setAdmin sets a cookie that is sent with nothing that another site begins.
func setAdmin(w http.ResponseWriter, r *http.Request, value string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: adminCookie, Value: value, Path: adminPath, MaxAge: age,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: secure(r),
	})
}
