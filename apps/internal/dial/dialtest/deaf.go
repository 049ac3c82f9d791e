// Package dialtest makes a listener that does not hear, as a pod is for whom network policies do not know yet.
package dialtest

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// Deaf returns a listener on the loopback whose host drops every attempt to connect without a word, until somebody
// accepts.
func Deaf(tb testing.TB) net.Listener {
	tb.Helper()
	if runtime.GOOS != "linux" {
		tb.Skip("only Linux drops what a full queue of connections has no room for")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	raw, err := listener.(*net.TCPListener).SyscallConn()
	if err != nil {
		tb.Fatal(err)
	}
	var shortened error
	if err := errors.Join(raw.Control(func(fd uintptr) { shortened = syscall.Listen(int(fd), 0) }), shortened); err != nil {
		tb.Fatal(err)
	}
	// The one connection that there is room for.
	filler, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = filler.Close()   // whoever accepted it may have done so
		_ = listener.Close() // likewise
	})
	return listener
}

// Serve serves on a listener that is deaf at first, and returns its base URL.
func Serve(tb testing.TB, deaf time.Duration, handler http.Handler) string {
	tb.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Listener = Deaf(tb)
	opened := make(chan struct{})
	time.AfterFunc(deaf, func() {
		server.Start()
		close(opened)
	})
	tb.Cleanup(func() {
		<-opened
		server.Close()
	})
	return "http://" + server.Listener.Addr().String()
}
