package deadline_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/internal/deadline"
	"github.com/techcommerce/platform/apps/internal/header"
)

// serve answers how long the handler's context lasts, 0 if it has no end.
func serve(t *testing.T, told string, own time.Duration) (left time.Duration, status int) {
	t.Helper()
	handler := deadline.Serve(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if end, ok := r.Context().Deadline(); ok {
			left = time.Until(end)
		}
	}))
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if told != "" {
		r.Header.Set(header.RequestTimeout, told)
	}
	if own > 0 {
		ctx, cancel := context.WithTimeout(t.Context(), own)
		defer cancel()
		r = r.WithContext(ctx)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return left, w.Code
}

func TestServe(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, header string
		own          time.Duration
		// least and most are between what the request may take, 0 if it has no end.
		least, most time.Duration
		status      int
	}{
		{name: "nothing said", status: 200},
		{name: "shortens", header: "3000", own: time.Minute, least: 2 * time.Second, most: 3 * time.Second, status: 200},
		{name: "never lengthens", header: "60000", own: time.Second, least: 1, most: time.Second, status: 200},
		{name: "so long that it says nothing", header: "9223372036854775807", status: 200},
		{name: "no number", header: "soon", status: 400},
		{name: "negative", header: "-1", status: 400},
		{name: "beyond a number", header: "9223372036854775808", status: 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			left, status := serve(t, tt.header, tt.own)
			if status != tt.status || left < tt.least || left > tt.most {
				t.Errorf("%d with %s left, want %d with %s to %s", status, left, tt.status, tt.least, tt.most)
			}
		})
	}
}

func TestDeadlineShrinksFromHopToHop(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
	defer cancel()
	last := int64(8000)
	for hop := range 3 {
		out := http.Header{header.RequestTimeout: {"99999999"}} // the caller's word, which is in ctx
		deadline.Set(ctx, out)
		left, err := strconv.ParseInt(out.Get(header.RequestTimeout), 10, 64)
		if err != nil || left >= last || left < 6000 {
			t.Fatalf("hop %d is told %d ms after %d, want less", hop, left, last)
		}
		last = left
		var end func()
		ctx, end = context.WithTimeout(t.Context(), time.Duration(left)*time.Millisecond)
		defer end()
	}
}

func TestSetWithoutTime(t *testing.T) {
	t.Parallel()
	out := http.Header{header.RequestTimeout: {"5"}}
	deadline.Set(t.Context(), out)
	if got := out.Values(header.RequestTimeout); len(got) != 0 {
		t.Errorf("a call without a deadline says %q", got)
	}
	past, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	deadline.Set(past, out)
	if got := out.Get(header.RequestTimeout); got != "0" {
		t.Errorf("a call that is late says %q, want 0", got)
	}
}
