package databasetest

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/techcommerce/platform/apps/internal/database"
)

// Proxy stands between a client and a PostgreSQL server, for the troubles that only a network makes.
type Proxy struct {
	listener net.Listener
	server   atomic.Pointer[Server]
	// swallow is the text of a statement whose answer is lost: the server gets it and does it, the client hears that
	// its connection is gone.
	swallow atomic.Pointer[string]
}

// MustProxy listens until the test ends.
func MustProxy(tb testing.TB, server *Server) *Proxy {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("proxy: %v", err)
	}
	p := &Proxy{listener: listener}
	p.server.Store(server)
	tb.Cleanup(func() { _ = listener.Close() }) // it carries nothing any more
	go p.accept()
	return p
}

// Settings are those of a database behind the proxy.
func (p *Proxy) Settings(tb testing.TB, direct database.Settings) database.Settings {
	tb.Helper()
	parsed, err := url.Parse(direct.URL)
	if err != nil {
		tb.Fatalf("proxy: %v", err)
	}
	direct.URL = "postgres://postgres@" + p.listener.Addr().String() + parsed.Path + "?sslmode=disable"
	return direct
}

// Switch sends new connections to another server. Those that are open stay where they are.
func (p *Proxy) Switch(server *Server) { p.server.Store(server) }

// Swallow loses the answer to each statement that holds a text, and its connection; the empty text loses none.
func (p *Proxy) Swallow(text string) { p.swallow.Store(&text) }

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.carry(client)
	}
}

func (p *Proxy) carry(client net.Conn) {
	const port = ".s.PGSQL.5432"
	server, err := net.Dial("unix", filepath.Join(p.server.Load().dir, port))
	if err != nil {
		_ = client.Close() // as a server that is down does
		return
	}
	var lost atomic.Bool
	go func() {
		_, _ = io.Copy(client, answers{server, &lost}) // either end may go at any time
		_ = errors.Join(client.Close(), server.Close())
	}()
	_, _ = io.Copy(requests{server, p, &lost}, client)
	_ = server.Close()
}

// requests is the way to the server. It notices the statement whose answer is to be lost.
type requests struct {
	net.Conn
	proxy *Proxy
	lost  *atomic.Bool
}

func (r requests) Write(data []byte) (int, error) {
	text := r.proxy.swallow.Load()
	if text != nil && *text != "" && bytes.Contains(bytes.ToLower(data), []byte(strings.ToLower(*text))) {
		r.lost.Store(true)
	}
	return r.Conn.Write(data)
}

// answers is the way back. Once an answer is to be lost, it ends when that answer comes.
type answers struct {
	net.Conn
	lost *atomic.Bool
}

func (a answers) Read(data []byte) (int, error) {
	n, err := a.Conn.Read(data)
	if a.lost.Load() {
		return 0, io.EOF
	}
	return n, err
}
