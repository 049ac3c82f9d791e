package link

import (
	"net"
	"sync"
)

// pair is a client's connection and the one to the target that it is passed on to.
type pair struct {
	client net.Conn
	ended  chan struct{}

	mu     sync.Mutex
	server net.Conn
	once   sync.Once
}

// connect gives the pair its other half, and is false if the pair has ended meanwhile.
func (p *pair) connect(server net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.ended:
		abort(server)
		return false
	default:
		p.server = server
		return true
	}
}

// reset ends both connections at once, without an orderly end.
func (p *pair) reset() {
	p.once.Do(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		close(p.ended)
		abort(p.client)
		if p.server != nil {
			abort(p.server)
		}
	})
}

// abort closes a connection. TCP tells the other side that what it has sent may be lost.
func abort(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // an orderly end will do where this fails
	}
	_ = conn.Close() // it is gone either way
}
