package web

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestOnlyThisMachineReachesAdmin: kubectl port-forward comes over the pod's loopback interface, everybody else does not.
func TestOnlyThisMachineReachesAdmin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		peer   string
		header http.Header
		want   bool
	}{
		{peer: "127.0.0.1:4000", want: true},
		{peer: "[::1]:4000", want: true},
		{peer: "10.1.2.3:4000"},
		{peer: "[2001:db8::1]:4000"},
		{peer: "@"},
		{peer: "127.0.0.1:4000", header: http.Header{"X-Forwarded-For": {"127.0.0.1"}}},
		{peer: "127.0.0.1:4000", header: http.Header{"Forwarded": {"for=127.0.0.1"}}},
		{peer: "10.1.2.3:4000", header: http.Header{"X-Forwarded-For": {"127.0.0.1"}}},
	} {
		r := httptest.NewRequest(http.MethodGet, "/admin", nil)
		r.RemoteAddr = c.peer
		if c.header != nil {
			r.Header = c.header
		}
		if got := fromThisMachine(r); got != c.want {
			t.Errorf("from %s with %v: %t, want %t", c.peer, c.header, got, c.want)
		}
	}
}
