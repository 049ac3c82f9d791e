package dial_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/internal/dial"
	"github.com/techcommerce/platform/apps/internal/dial/dialtest"
)

func TestAsksAgainWhoDidNotHear(t *testing.T) {
	t.Parallel()
	listener := dialtest.Deaf(t)
	hears := time.AfterFunc(1500*time.Millisecond, func() { _, _ = listener.Accept() }) // makes room in the queue
	defer hears.Stop()
	begin := time.Now()
	conn, err := dial.Context(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatalf("after %s: %v", time.Since(begin), err)
	}
	defer conn.Close() //nolint:errcheck // nothing was sent
	if took := time.Since(begin); took < 1500*time.Millisecond {
		t.Errorf("connected after %s: the listener was not deaf", took)
	}
}

func TestGivesUp(t *testing.T) {
	t.Parallel()
	deaf := dialtest.Deaf(t).Addr().String()
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil || nobody.Close() != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, address string
		deadline      time.Duration
		within        time.Duration
	}{
		{name: "at once where nobody listens", address: nobody.Addr().String(), deadline: time.Minute,
			within: 500 * time.Millisecond},
		{name: "at the caller's deadline", address: deaf, deadline: 1200 * time.Millisecond, within: 2 * time.Second},
		{name: "after five seconds of silence", address: deaf, deadline: time.Minute, within: 6 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), tt.deadline)
			defer cancel()
			begin := time.Now()
			conn, err := dial.Context(ctx, "tcp", tt.address)
			if err == nil {
				t.Fatal("connected", conn.Close())
			}
			if took := time.Since(begin); took > tt.within {
				t.Errorf("took %s, want at most %s: %v", took, tt.within, err)
			}
		})
	}
}
