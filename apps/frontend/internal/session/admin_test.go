package session_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/frontend/internal/session"
)

func mustSaveAdmin(tb testing.TB, codec *session.Codec, s session.Admin) *http.Cookie {
	tb.Helper()
	w := httptest.NewRecorder()
	if err := codec.SaveAdmin(w, httptest.NewRequest(http.MethodPost, "/admin/session", nil), s); err != nil {
		tb.Fatal(err)
	}
	return w.Result().Cookies()[0]
}

func loadAdmin(codec *session.Codec, cookie *http.Cookie) (session.Admin, bool) {
	r := httptest.NewRequest(http.MethodGet, "/admin", nil)
	r.AddCookie(cookie)
	return codec.Admin(r)
}

func TestAdminRoundTrip(t *testing.T) {
	t.Parallel()
	want := session.Admin{Key: "the admin key", Since: time.Now().Unix()}
	cookie := mustSaveAdmin(t, mustCodec(t, key), want)
	if got, ok := loadAdmin(mustCodec(t, key), cookie); !ok || got != want {
		t.Errorf("got %+v %t, want %+v", got, ok, want)
	}
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/admin" {
		t.Errorf("the cookie is sent where it need not be: %+v", cookie)
	}
	if strings.Contains(cookie.Value, want.Key) {
		t.Error("the cookie shows the key")
	}
}

func TestAdminSessionsEnd(t *testing.T) {
	t.Parallel()
	codec := mustCodec(t, key)
	now := time.Now()
	visitor := mustSave(t, codec, session.Session{})
	visitor.Name = "admin"
	for name, cookie := range map[string]*http.Cookie{
		"after twelve hours":        mustSaveAdmin(t, codec, session.Admin{Key: "k", Since: now.Add(-13 * time.Hour).Unix()}),
		"without a key":             mustSaveAdmin(t, codec, session.Admin{Since: now.Unix()}),
		"under another secret":      mustSaveAdmin(t, mustCodec(t, strings.Repeat("x", session.MinKey)), session.Admin{Key: "k", Since: now.Unix()}),
		"that a visitor made up":    visitor,
		"that is no cookie of ours": {Name: "admin", Value: "admin"},
	} {
		if got, ok := loadAdmin(codec, cookie); ok {
			t.Errorf("a session %s is one: %+v", name, got)
		}
	}
}
