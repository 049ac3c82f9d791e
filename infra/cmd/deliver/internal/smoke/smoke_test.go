package smoke_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/techcommerce/platform/infra/cmd/deliver/internal/smoke"
)

// shop answers as a good one does, but for the path that is broken.
func shop(t *testing.T, broken string, answer func() (status int)) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == broken:
			w.WriteHeader(answer())
		case r.Method == http.MethodPost:
			w.WriteHeader(http.StatusUnprocessableEntity)
		}
		_, _ = io.WriteString(w, "{}") // whoever goes away before has its answer
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestAGoodShopPasses(t *testing.T) {
	t.Parallel()
	if err := smoke.Test(t.Context(), smoke.At(shop(t, "", nil)+"/"), time.Second); err != nil {
		t.Error(err)
	}
}

func TestAShopThatComesUpLatePasses(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	late := shop(t, "/api/products", func() int {
		if asked.Add(1) < 3 {
			return http.StatusBadGateway
		}
		return http.StatusOK
	})
	if err := smoke.Test(t.Context(), smoke.At(late), 6*time.Second); err != nil {
		t.Errorf("%v after %d tries", err, asked.Load())
	}
}

// TestPatience: what stands in front of a shop may say for the whole limit that it is not there, the shop itself may not
// fail for so long.
func TestPatience(t *testing.T) {
	t.Parallel()
	const limit = 6 * time.Second
	for _, c := range []struct {
		name, path string
		status     int
		least, max time.Duration
	}{
		{"a proxy without a shop", "/health", http.StatusServiceUnavailable, limit, 2 * limit},
		{"a shop that fails", "/api/orders", http.StatusInternalServerError, limit / 6, limit / 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url := shop(t, c.path, func() int { return c.status })
			start := time.Now()
			err := smoke.Test(t.Context(), smoke.At(url), limit)
			if want := "GET " + c.path + ": "; err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want it to name %s", err, want)
			}
			if took := time.Since(start); took < c.least || took > c.max {
				t.Errorf("gave up after %s, want between %s and %s", took, c.least, c.max)
			}
		})
	}
}
