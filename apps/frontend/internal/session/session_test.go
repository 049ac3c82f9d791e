package session_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/frontend/internal/cart"
	"github.com/techcommerce/platform/apps/frontend/internal/session"
)

var key = strings.Repeat("k", session.MinKey)

func mustCodec(tb testing.TB, key string) *session.Codec {
	tb.Helper()
	codec, err := session.NewCodec(key)
	if err != nil {
		tb.Fatal(err)
	}
	return codec
}

func mustSave(tb testing.TB, codec *session.Codec, s session.Session, header ...string) *http.Cookie {
	tb.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	if err := codec.Save(w, r, s); err != nil {
		tb.Fatal(err)
	}
	return w.Result().Cookies()[0]
}

func load(codec *session.Codec, cookie *http.Cookie) session.Session {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(cookie)
	return codec.Load(r)
}

func mustCart(tb testing.TB, lines ...cart.Line) cart.Cart {
	tb.Helper()
	c, err := cart.New(lines)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	want := session.Session{
		Cart:   mustCart(t, cart.Line{Product: 3, Quantity: 2}, cart.Line{Product: 1, Quantity: 1}),
		Notice: session.Notice{Text: "Only 2 left", Problem: true},
	}
	got := load(mustCodec(t, key), mustSave(t, mustCodec(t, key), want))
	if !got.Cart.Equal(want.Cart) || got.Notice != want.Notice {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestFullCartFitsACookie(t *testing.T) {
	t.Parallel()
	var full cart.Cart
	for i := range int64(cart.MaxLines) {
		var err error
		if full, err = full.Add(1<<62+i, cart.MaxQuantity); err != nil {
			t.Fatal(err)
		}
	}
	notice := session.Notice{Text: strings.Repeat("n", 200)}
	cookie := mustSave(t, mustCodec(t, key), session.Session{Cart: full, Notice: notice})
	if n := len(cookie.String()); n > 4096 {
		t.Errorf("the cookie takes %d bytes, browsers keep 4096", n)
	}
}

func TestCookieIsSecretAndItsAttributesStrict(t *testing.T) {
	t.Parallel()
	s := session.Session{Notice: session.Notice{Text: "PLAINTEXT"}}
	cookie := mustSave(t, mustCodec(t, key), s)
	if strings.Contains(cookie.Value, "PLAINTEXT") {
		t.Error("the cookie shows its content")
	}
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Secure {
		t.Errorf("over http: %s", cookie)
	}
	if cookie := mustSave(t, mustCodec(t, key), s, "X-Forwarded-Proto", "https"); !cookie.Secure {
		t.Errorf("over https: %s, want Secure", cookie)
	}
}

func TestForeignCookieIsAnEmptySession(t *testing.T) {
	t.Parallel()
	codec := mustCodec(t, key)
	good := mustSave(t, codec, session.Session{Cart: mustCart(t, cart.Line{Product: 1, Quantity: 1})})
	tests := []struct{ name, value string }{
		{name: "a flipped character", value: "A" + good.Value[1:]},
		{name: "a truncated one", value: good.Value[:len(good.Value)/2]},
		{name: "none", value: ""},
		{name: "another key's", value: mustSave(t, mustCodec(t, key+"2"), session.Session{
			Cart: mustCart(t, cart.Line{Product: 1, Quantity: 1}),
		}).Value},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := load(codec, &http.Cookie{Name: good.Name, Value: tt.value}); !got.Cart.Empty() {
				t.Errorf("value %q gave the cart %v", tt.value, got.Cart.Lines())
			}
		})
	}
}

// TestKeysAreRotated reads what was written with each of the accepted keys, and writes with the first.
func TestKeysAreRotated(t *testing.T) {
	t.Parallel()
	next := strings.Repeat("n", session.MinKey)
	both, err := session.NewCodec(next, key)
	if err != nil {
		t.Fatal(err)
	}
	content := session.Session{Cart: mustCart(t, cart.Line{Product: 1, Quantity: 2})}
	for name, written := range map[string]*http.Cookie{
		"the old key": mustSave(t, mustCodec(t, key), content), "both keys": mustSave(t, both, content),
	} {
		if got := load(both, written); got.Cart.Empty() {
			t.Errorf("what was written with %s is empty for who accepts both", name)
		}
	}
	if got := load(mustCodec(t, next), mustSave(t, both, content)); got.Cart.Empty() {
		t.Error("what was written with both keys is empty for who has the first alone")
	}
	if got := load(mustCodec(t, next), mustSave(t, mustCodec(t, key), content)); !got.Cart.Empty() {
		t.Error("what was written with the old key is read by who does not accept it any more")
	}
	if _, err := session.NewCodec(); err == nil {
		t.Error("no key at all is accepted")
	}
}

func TestShortKeyIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := session.NewCodec(key[1:]); err == nil {
		t.Errorf("a key of %d bytes is accepted, want an error", len(key)-1)
	}
}

func FuzzLoad(f *testing.F) {
	codec := mustCodec(f, key)
	f.Add(mustSave(f, codec, session.Session{Cart: mustCart(f, cart.Line{Product: 1, Quantity: 2})}).Value)
	f.Add("")
	f.Add("MTcwMDAwMDAwMHw=")
	f.Fuzz(func(t *testing.T, value string) {
		got := load(codec, &http.Cookie{Name: "session", Value: value})
		if _, err := cart.New(got.Cart.Lines()); err != nil {
			t.Errorf("cookie %q gave a cart that is no cart: %v", value, err)
		}
	})
}
