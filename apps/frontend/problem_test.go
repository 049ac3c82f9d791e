package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
)

// TestProblemsArePagesForPeopleAndJSONForPrograms sends what fails, once as a browser and once as a program.
func TestProblemsArePagesForPeopleAndJSONForPrograms(t *testing.T) {
	t.Parallel()
	base := mustStartWith(t, mustFindNobody(t), mustFindNobody(t), map[string]string{contract.EnvWriteRate: "1"})
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	foreign := map[string]string{"Origin": "http://evil.test", "Content-Type": form["Content-Type"]}
	tests := []struct {
		name, method, path, body string
		header                   map[string]string
		status                   int
		shows                    string
	}{
		{name: "what is not there", method: "GET", path: "/nothing", status: 404, shows: "Not found"},
		{name: "a wrong method", method: "DELETE", path: "/checkout", status: 405, shows: "cannot be done here"},
		{name: "another site", method: "POST", path: "/orders", header: foreign, status: 403, shows: "Not from here"},
		{name: "no products", method: "GET", path: "/products/1", status: 503, shows: "unavailable"},
		{name: "no orders", method: "GET", path: "/orders/1", status: 503, shows: "unavailable"},
		{
			name: "too much", method: "POST", path: "/orders", body: strings.Repeat("a", 1<<20+1), header: form, status: 413,
			shows: "too much",
		},
		{name: "a write too many", method: "POST", path: "/orders", header: form, status: 429, shows: "Too fast"},
	}
	for _, tt := range tests {
		for _, accept := range []string{"text/html,*/*;q=0.8", "application/json"} {
			visitor := newVisitor(t, base)
			r := visitor.request(tt.method, tt.path, tt.body)
			for name, value := range tt.header {
				r.Header.Set(name, value)
			}
			r.Header.Set("Accept", accept)
			got := visitor.send(r)
			for range 9 { // the limit lets a few through first
				if tt.status != 429 || got.status == 429 {
					break
				}
				again := visitor.request(tt.method, tt.path, tt.body)
				again.Header = r.Header
				got = visitor.send(again)
			}
			page := strings.Contains(got.header.Get("Content-Type"), "text/html")
			if got.status != tt.status || page != strings.Contains(accept, "html") {
				t.Errorf("%s for %s is %d %s, want %d", tt.name, accept, got.status, got.header.Get("Content-Type"), tt.status)
			}
			if page {
				mustShow(t, got, tt.shows)
			} else if !json.Valid([]byte(got.body)) {
				t.Errorf("%s for a program is no JSON: %s", tt.name, got.body)
			}
			if got.header.Get("Content-Security-Policy") == "" && page {
				t.Errorf("%s is a page without a policy", tt.name)
			}
		}
	}
}

func TestProductPage(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	visitor := newVisitor(t, s.url)
	mustShow(t, visitor.open("/products/2"), "Mouse", "$29.99", "200 in stock", "Add to cart")
	r := visitor.request(http.MethodPost, "/cart/items/2", "do=add&from=product")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	added := visitor.send(r)
	if added.path != "/products/2" {
		t.Errorf("adding leads to %s, want back to the product", added.path)
	}
	mustShow(t, added, "Mouse: 1 in your cart.", "200 in stock · 1 in your cart", "To the cart")
	mustShow(t, visitor.open("/products/4"), "Monitor", "Out of Stock", "Back soon")
	for _, path := range []string{"/products/77", "/products/one", "/products/01"} {
		if got := visitor.open(path); got.status != http.StatusNotFound {
			t.Errorf("GET %s is %d, want 404", path, got.status)
		}
	}
	if got := visitor.open("/products"); got.path != "/" {
		t.Errorf("GET /products leads a browser to %s, want the shop", got.path)
	}
	s.products.set(func(f *fakeProducts) { f.list[1].Description = "Has <three> buttons." })
	mustShow(t, visitor.open("/products/2"), "Has <three> buttons.")
}

// TestAProductThatIsNotSoldAnyMore keeps its address, and nobody can put it into a cart; what is in one already says so.
func TestAProductThatIsNotSoldAnyMore(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	visitor := newVisitor(t, s.url)
	visitor.press("add", "2")
	s.products.set(func(f *fakeProducts) { f.list[1].Withdrawn, f.list[1].Stock = true, 0 })
	got := visitor.open("/products/2")
	mustShow(t, got, "Mouse", "$29.99", "This product is not sold any more.")
	if got.status != http.StatusOK || got.header.Get("X-Robots-Tag") != "noindex" {
		t.Errorf("its page is %d with X-Robots-Tag %q, want 200 and noindex", got.status, got.header.Get("X-Robots-Tag"))
	}
	if strings.Contains(got.body, "Add to cart") || strings.Contains(got.body, "Back soon") {
		t.Error("its page promises that it can be bought")
	}
	mustShow(t, visitor.press("add", "2"), "That product is no longer sold.", "Mouse", "No longer sold")
	mustShow(t, visitor.open("/checkout"), "No longer sold", "Please change what is marked before you order.")
}

// TestAnswersAreCompressed: pages and assets for those who can read it, and the first page is small.
func TestAnswersAreCompressed(t *testing.T) {
	t.Parallel()
	visitor := newVisitor(t, mustOpen(t).url)
	sent := 0
	for _, path := range []string{"/", "/assets/style.css", "/assets/shop.js", "/assets/favicon.svg"} {
		plain := visitor.request(http.MethodGet, path, "")
		plain.Header.Set("Accept-Encoding", "gzip;q=0, identity")
		whole := visitor.send(plain)
		packed := visitor.request(http.MethodGet, path, "")
		packed.Header.Set("Accept-Encoding", "br, gzip") // set by hand, so that the client leaves it packed
		got := visitor.send(packed)
		if whole.header.Get("Content-Encoding") != "" || !strings.Contains(got.header.Get("Vary"), "Accept-Encoding") {
			t.Errorf("GET %s without gzip is %q; Vary is %q", path, whole.header.Get("Content-Encoding"), got.header.Get("Vary"))
		}
		if path != "/assets/favicon.svg" && (got.header.Get("Content-Encoding") != "gzip" || 2*len(got.body) > len(whole.body)) {
			t.Errorf("GET %s is %d bytes of %d", path, len(got.body), len(whole.body))
		}
		if unpacked := visitor.open(path); unpacked.body != whole.body { // what the client unpacks by itself
			t.Errorf("GET %s unpacks to something else", path)
		}
		sent += len(got.body)
	}
	t.Logf("the first page takes %d bytes", sent)
	if sent > 100_000 {
		t.Errorf("the first page takes %d bytes, want under 100 kB", sent)
	}
}
