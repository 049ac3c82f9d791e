// Package link is a TCP proxy between two processes of a test. It can cut connections, delay or hold what passes, and
// pass a request on while its reply is lost. It knows nothing of who speaks through it but how replies are told apart.
package link

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Target is where a link leads.
type Target struct{ Network, Address string }

// Link is one proxy.
type Link struct {
	Name string

	listener net.Listener
	targets  []Target
	reply    func(chunk []byte) bool
	next     atomic.Int64

	mu    sync.Mutex
	delay time.Duration
	// held is closed when what is held may pass; nil while nothing is held.
	held chan struct{}
	// drop is how many replies may pass until one is lost; negative while none is to be lost.
	drop    int
	dropped int
	pairs   map[*pair]bool
	closed  bool
}

// New opens a link that listens on the loopback. Connections go to the targets in turn, past those that refuse. reply
// tells whether what the target sends completes a reply.
func New(name string, reply func(chunk []byte) bool, targets ...Target) (*Link, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("link %s: %w", name, err)
	}
	l := &Link{Name: name, listener: listener, targets: targets, reply: reply, drop: -1, pairs: map[*pair]bool{}}
	go l.accept()
	return l, nil
}

// Address is where the link listens.
func (l *Link) Address() string { return l.listener.Addr().String() }

// Close ends the link and its connections.
func (l *Link) Close() error {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.Heal()
	err := l.listener.Close()
	l.Cut()
	return err
}

// Cut resets every connection.
func (l *Link) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for p := range l.pairs {
		p.reset()
	}
}

// Delay makes everything take so much longer, in each direction.
func (l *Link) Delay(by time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.delay = by
}

// Hold keeps everything from passing, new connections included, until Heal.
func (l *Link) Hold() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		l.held = make(chan struct{})
	}
}

// Drop lets so many replies pass and resets the connection in the place of the next one, which is lost.
func (l *Link) Drop(after int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drop = after
}

// Dropped is how many replies were lost.
func (l *Link) Dropped() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dropped
}

// Heal ends every fault: what was held passes now.
func (l *Link) Heal() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.delay, l.drop = 0, -1
	if l.held != nil {
		close(l.held)
		l.held = nil
	}
}

func (l *Link) accept() {
	for {
		conn, err := l.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			go l.serve(conn)
		}
	}
}

func (l *Link) serve(client net.Conn) {
	p := &pair{client: client, ended: make(chan struct{})}
	if !l.add(p) {
		p.reset()
		return
	}
	defer l.remove(p)
	if !l.pass(p) || !l.dial(p) {
		p.reset()
		return
	}
	var both sync.WaitGroup
	both.Go(func() { l.pump(p, p.client, p.server, nil) })
	both.Go(func() { l.pump(p, p.server, p.client, l.lose) })
	both.Wait()
}

func (l *Link) add(p *pair) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pairs[p] = true
	return !l.closed
}

func (l *Link) remove(p *pair) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.pairs, p)
}

// dial connects a pair to the first target that accepts, beginning with another one each time.
func (l *Link) dial(p *pair) bool {
	first := int(l.next.Add(1))
	for i := range l.targets {
		target := l.targets[(first+i)%len(l.targets)]
		server, err := net.DialTimeout(target.Network, target.Address, time.Second)
		if err == nil {
			return p.connect(server)
		}
	}
	return false
}

// pump passes on what one side sends until either side ends. lose decides what is lost.
func (l *Link) pump(p *pair, from, to net.Conn, lose func(chunk []byte) bool) {
	defer p.reset()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			if !l.pass(p) || lose != nil && lose(buffer[:n]) {
				return
			}
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// pass waits as the faults want it, and is false if the pair ended meanwhile.
func (l *Link) pass(p *pair) bool {
	l.mu.Lock()
	delay, held := l.delay, l.held
	l.mu.Unlock()
	if held != nil {
		select {
		case <-held:
		case <-p.ended:
			return false
		}
	}
	if delay > 0 {
		select {
		case <-time.After(delay):
		case <-p.ended:
			return false
		}
	}
	return true
}

func (l *Link) lose(chunk []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.drop < 0 || !l.reply(chunk) {
		return false
	}
	l.drop--
	if l.drop >= 0 {
		return false
	}
	l.dropped++
	return true
}
