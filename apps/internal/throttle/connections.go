package throttle

import (
	"net"
	"net/netip"
	"sync"
)

// Connections bounds the open connections of a listener, so that whoever opens many takes them from nobody but
// themselves: when all are taken, the client that has most of them loses its oldest one.
type Connections struct {
	// Most is how many there may be in all, and PerClient from one address that is no trusted proxy's.
	Most, PerClient int
	Clients         Clients
}

// sendBuffer is how many bytes of answers the kernel keeps for one connection; it doubles them. Without a bound it is
// megabytes, and they count as the pod's memory.
const sendBuffer = 32 << 10

// Limit returns a listener that keeps to the bounds.
func (c Connections) Limit(next net.Listener) net.Listener {
	return &listener{Listener: next, limits: c, open: map[netip.Prefix][]*connection{}}
}

type listener struct {
	net.Listener
	limits Connections
	mu     sync.Mutex
	count  int
	// open are each client's connections, the oldest first.
	open map[netip.Prefix][]*connection
}

// Accept returns the next connection for which there is room.
func (l *listener) Accept() (net.Conn, error) {
	for {
		accepted, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if tcp, ok := accepted.(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(sendBuffer) // a system that refuses has its own bound
		}
		address := parse(accepted.RemoteAddr().String())
		conn := &connection{Conn: accepted, listener: l, client: network(address), proxy: l.limits.Clients.Trusts(address)}
		fits, victim := l.add(conn)
		if victim != nil {
			_ = victim.Close() // its server finds it closed
		}
		if fits {
			return conn, nil
		}
		_ = accepted.Close() // nothing was said on it
	}
}

// add notes a connection if there is room for it, and returns the one to be closed for it, if one must be.
func (l *listener) add(conn *connection) (fits bool, victim *connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	own := len(l.open[conn.client])
	if !conn.proxy && own >= l.limits.PerClient {
		return false, nil
	}
	if l.count >= l.limits.Most {
		if victim = l.oldestOfMost(); victim == nil || victim.client == conn.client {
			return false, nil
		}
		l.forget(victim)
	}
	l.open[conn.client] = append(l.open[conn.client], conn)
	l.count++
	return true, victim
}

// oldestOfMost is the oldest connection of the client that has most, nil where all are trusted proxies'.
func (l *listener) oldestOfMost() (oldest *connection) {
	most := 0
	for _, connections := range l.open {
		if len(connections) > most && !connections[0].proxy {
			most, oldest = len(connections), connections[0]
		}
	}
	return oldest
}

// forget is for who holds the lock. A connection that is not noted any more changes nothing.
func (l *listener) forget(conn *connection) {
	connections := l.open[conn.client]
	for i, known := range connections {
		if known != conn {
			continue
		}
		l.count--
		if len(connections) == 1 {
			delete(l.open, conn.client)
			return
		}
		l.open[conn.client] = append(connections[:i:i], connections[i+1:]...)
		return
	}
}

type connection struct {
	net.Conn
	listener *listener
	client   netip.Prefix
	proxy    bool
}

func (c *connection) Close() error {
	c.listener.mu.Lock()
	c.listener.forget(c)
	c.listener.mu.Unlock()
	return c.Conn.Close()
}
