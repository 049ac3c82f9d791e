package e2e_test

import (
	"net/url"
	"regexp"
	"testing"
)

// isLoaded sends the shop a little of what make load sends, and holds that no order of it stays.
func (w *watched) isLoaded(t *testing.T) {
	shop, err := url.Parse(w.url)
	if err != nil {
		t.Fatal(err)
	}
	said := w.make(t, "-s", "load", "URL="+w.url, "ALLOW_HOST="+shop.Hostname(), "RATE=20", "DURATION=10s")
	found := regexp.MustCompile(`(\d+) orders acknowledged, (\d+) cancelled again`).FindStringSubmatch(said)
	if found == nil || found[1] == "0" || found[1] != found[2] {
		t.Errorf("orders were placed and all cancelled again: got %q\n%s", found, said)
	}
}
