package web

import (
	"net/http"

	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/rest"
)

// policy lets pages load what this service serves and nothing else: no inline script or style, no other site, no frame
// around it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Secure sets the headers that tell browsers to be careful. HSTS is left to whoever ends TLS: a service that is also
// reached over plain HTTP on a node's port must not promise what holds for one of its names only.
func Secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header())
		next.ServeHTTP(w, r)
	})
}

func secure(header http.Header) {
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
	// Not "no-referrer": browsers would then send "Origin: null" with our own forms.
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
}

// SameOrigin refuses what another site sends in a visitor's name. It goes by Sec-Fetch-Site, and by Origin where
// browsers do not send that, as over plain HTTP on a node's port. Clients that are no browsers send neither and pass.
func (s *Site) SameOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.origins.Check(r); err != nil {
			rest.Error(w, r, &fault.Error{Kind: fault.Forbidden, Message: "Cross-origin request refused", Cause: err})
			return
		}
		next.ServeHTTP(w, r)
	})
}
