package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// TestWhatIsLeftOfARemovedReceiver is shown, and can be discarded but not sent: nobody delivers it.
func TestWhatIsLeftOfARemovedReceiver(t *testing.T) {
	t.Parallel()
	discarded := make(chan string, 1)
	orders := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/api/orders/events":
			_, _ = io.WriteString(w, `{"receivers":[{"name":"old-books","configured":false,"pending":7,"oldest_seconds":90,"dead":1},
				{"name":"books","configured":true,"pending":0,"oldest_seconds":0,"dead":2}],"dead_letters":[]}`)
		case "/api/orders/events/discard":
			body, _ := io.ReadAll(r.Body) // what came of it is compared
			discarded <- string(body)
			_, _ = io.WriteString(w, `{"discarded":8}`)
		default:
			_, _ = io.WriteString(w, `{"orders":[],"count":0,"statuses":{}}`)
		}
	}))
	t.Cleanup(orders.Close)
	products := httptest.NewServer(newFakeProducts())
	t.Cleanup(products.Close)
	v := newVisitor(t, mustStart(t, products.URL, orders.URL))
	v.submit("/admin/session", url.Values{"key": {"the-key"}})
	page := v.open("/admin/events")
	mustShow(t, page, "7 pending, the oldest for 1m30s. 1 not sent any more.", "No receiver of this name is configured any more")
	for label, want := range map[string]bool{
		"Discard all events for old-books": true, "Send all again to old-books": false,
		"Discard all events for books": false, "Send all again to books": true,
	} {
		if got := strings.Contains(page.body, label); got != want {
			t.Errorf("the page offers %q: %t, want %t", label, got, want)
		}
	}
	mustShow(t, v.submit("/admin/events", url.Values{"receiver": {"old-books"}, "do": {"discard"}}), "8 events discarded.")
	select {
	case got := <-discarded:
		if got != `{"receiver":"old-books"}` {
			t.Errorf("order-api is asked to discard %s", got)
		}
	default:
		t.Error("order-api is not asked to discard anything")
	}
}
