package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
)

// adminPages are all that an operator's browser asks for.
var adminPages = []struct{ method, path string }{
	{http.MethodGet, "/admin"},
	{http.MethodPost, "/admin/session"},
	{http.MethodPost, "/admin/session/end"},
	{http.MethodGet, "/admin/products"},
	{http.MethodPost, "/admin/products"},
	{http.MethodGet, "/admin/products/1"},
	{http.MethodPost, "/admin/products/1"},
	{http.MethodPost, "/admin/products/1/stock"},
	{http.MethodPost, "/admin/products/1/sale"},
	{http.MethodGet, "/admin/orders"},
	{http.MethodGet, "/admin/orders/1"},
	{http.MethodPost, "/admin/orders/1"},
	{http.MethodPost, "/admin/orders/1/erase"},
	{http.MethodGet, "/admin/events"},
	{http.MethodPost, "/admin/events"},
	{http.MethodGet, "/admin/audit"},
}

// askAdmin asks for a page of the operator through a proxy or not, and does not follow where it leads.
func askAdmin(v *visitor, method, path string, proxied bool) answer {
	v.t.Helper()
	v.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	r := v.request(method, path, url.Values{"key": {"guessed"}}.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if proxied {
		r.Header.Set("X-Forwarded-For", "203.0.113.7")
	}
	return v.send(r)
}

// TestAdminIsNotThereForThePublic: through an ingress or a tunnel there are no operator's pages, unless a setting says so.
func TestAdminIsNotThereForThePublic(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	for _, page := range adminPages {
		if got := askAdmin(newVisitor(t, s.url), page.method, page.path, true); got.status != http.StatusNotFound {
			t.Errorf("%s %s through a proxy: %d, want 404", page.method, page.path, got.status)
		}
	}
	public := mustStartWith(t, mustFindNobody(t), mustFindNobody(t), map[string]string{contract.EnvPublicAdmin: "true"})
	got := askAdmin(newVisitor(t, public), http.MethodGet, "/admin", true)
	if got.status != http.StatusOK {
		t.Fatalf("GET /admin where it is public: %d, want 200", got.status)
	}
	mustShow(t, got, "Admin key")
}

// TestAdminAsksForTheKey: without a session every page leads to the sign-in, and nothing is asked of the services.
func TestAdminAsksForTheKey(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	for _, page := range adminPages[3:] {
		got := askAdmin(newVisitor(t, s.url), page.method, page.path, false)
		if got.status != http.StatusSeeOther || got.header.Get("Location") != "/admin" {
			t.Errorf("%s %s without a session: %d %s, want 303 to /admin", page.method, page.path, got.status, got.header.Get("Location"))
		}
		if got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s %s may be kept: %q", page.method, page.path, got.header.Get("Cache-Control"))
		}
	}
	if asked := s.products.requests(); len(asked) > 0 {
		t.Errorf("product-api was asked %d times", len(asked))
	}
}

// TestAdminSaysThatItCannotCheck: services that are away are no reason to let anybody in.
func TestAdminSaysThatItCannotCheck(t *testing.T) {
	t.Parallel()
	v := newVisitor(t, mustStart(t, mustFindNobody(t), mustFindNobody(t)))
	got := askAdmin(v, http.MethodPost, "/admin/session", false)
	if got.status != http.StatusServiceUnavailable {
		t.Errorf("signing in without services: %d, want 503", got.status)
	}
	mustShow(t, got, "The key cannot be checked right now.")
	for _, cookie := range v.http.Jar.Cookies(mustParse(t, v.url+"/admin")) {
		if cookie.Name == "admin" {
			t.Error("there is a session all the same")
		}
	}
}

// TestAdminRefusesWhatIsNoKey: no text may be taken for a service that is away, or it would open its circuit breaker.
func TestAdminRefusesWhatIsNoKey(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	for _, key := range []string{"a\nb", "k\x00", "schlüssel", strings.Repeat("k", 60_000)} {
		v := newVisitor(t, s.url)
		got := v.submit("/admin/session", url.Values{"key": {key}})
		if got.status != http.StatusUnauthorized {
			t.Errorf("signing in with %.10q: %d, want 401", key, got.status)
		}
	}
}

func mustParse(t *testing.T, text string) *url.URL {
	t.Helper()
	parsed, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}
