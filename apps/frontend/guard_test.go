package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func TestOtherSitesCannotAct(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	host := strings.TrimPrefix(s.url, "http://")
	tests := []struct {
		name    string
		header  map[string]string
		refused bool
	}{
		{name: "our page, over https or localhost", header: map[string]string{"Sec-Fetch-Site": "same-origin"}},
		{name: "our page, over plain http", header: map[string]string{"Origin": "http://" + host}},
		{name: "a program", header: nil},
		{name: "another site", header: map[string]string{"Sec-Fetch-Site": "cross-site"}, refused: true},
		{name: "a neighbour's site", header: map[string]string{"Sec-Fetch-Site": "same-site"}, refused: true},
		{name: "another site, over plain http", header: map[string]string{"Origin": "http://evil.test"}, refused: true},
		{name: "a sandboxed frame", header: map[string]string{"Origin": "null"}, refused: true},
	}
	for _, tt := range tests {
		for _, path := range []string{"/cart/items/1", "/checkout", "/orders", "/api/orders"} {
			t.Run(tt.name+" to "+path, func(t *testing.T) {
				t.Parallel()
				visitor := newVisitor(t, s.url)
				r := visitor.request(http.MethodPost, path, url.Values{"do": {"add"}}.Encode())
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				for name, value := range tt.header {
					r.Header.Set(name, value)
				}
				if got := visitor.send(r); (got.status == http.StatusForbidden) != tt.refused {
					t.Errorf("got %d, want refused %t", got.status, tt.refused)
				}
			})
		}
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	t.Parallel()
	s := mustOpen(t)
	visitor := newVisitor(t, s.url)
	paths := []string{
		"/", "/checkout", "/orders", "/nothing", "/api/products", "/health", "/favicon.ico",
		"/cart/items/1", // which is for POST only
	}
	for _, path := range paths {
		header := visitor.open(path).header
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'",
			"X-Content-Type-Options":  "nosniff",
			"X-Frame-Options":         "DENY",
			"Referrer-Policy":         "same-origin",
		} {
			if got := header.Values(name); len(got) != 1 || !strings.Contains(got[0], want) {
				t.Errorf("GET %s: %s is %q, want one with %q", path, name, got, want)
			}
		}
		if policy := header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") {
			t.Errorf("GET %s: the policy is %s", path, policy)
		}
	}
}

func TestPagesHoldNothingThatThePolicyForbids(t *testing.T) {
	t.Parallel()
	visitor := newVisitor(t, mustOpen(t).url)
	visitor.press("add", "1")
	forbidden := regexp.MustCompile(`(?i)<style|<script>|\sstyle=|\son[a-z]+=|javascript:|(src|href)="https?:`)
	for _, path := range []string{"/", "/checkout", "/orders", "/orders/1", "/nothing"} {
		if found := forbidden.FindString(visitor.open(path).body); found != "" {
			t.Errorf("GET %s has %q", path, found)
		}
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	visitor := newVisitor(t, mustOpen(t).url)
	page := visitor.open("/").body
	links := regexp.MustCompile(`(?:src|href)="(/assets/[^"]*)"`).FindAllStringSubmatch(page, -1)
	if len(links) != 3 {
		t.Fatalf("the page has %d assets, want 3: %q", len(links), links)
	}
	for _, link := range links {
		got := visitor.open(link[1])
		if got.status != http.StatusOK || !strings.Contains(got.header.Get("Cache-Control"), "immutable") {
			t.Errorf("GET %s is %d, %s", link[1], got.status, got.header.Get("Cache-Control"))
		}
		old := visitor.open(strings.Split(link[1], "?")[0] + "?v=old")
		if old.status != http.StatusOK || strings.Contains(old.header.Get("Cache-Control"), "immutable") {
			t.Errorf("another version's %s is %d, %s", link[1], old.status, old.header.Get("Cache-Control"))
		}
		r := visitor.request(http.MethodGet, link[1], "")
		r.Header.Set("If-None-Match", got.header.Get("ETag"))
		if again := visitor.send(r); again.status != http.StatusNotModified {
			t.Errorf("GET %s again is %d, want 304", link[1], again.status)
		}
	}
	if got := visitor.open("/assets/..%2ficons%2fcart.svg"); got.status != http.StatusNotFound {
		t.Errorf("a path out of the assets is %d", got.status)
	}
}
