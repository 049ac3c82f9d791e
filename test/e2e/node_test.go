package e2e_test

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// node is the process that the cluster's node lives in: network, mounts and processes of its own.
func (p *platform) node(t *testing.T) string {
	t.Helper()
	return output(t, "", "cat", filepath.Join(p.dir, ".local", "cluster", "node.pid"))
}

// ruleOnNode has the node's iptables hold a rule until the test ends.
func (p *platform) ruleOnNode(t *testing.T, table, rule string) {
	t.Helper()
	change := func(action string) {
		output(t, "", "nsenter", strings.Fields("-t "+p.node(t)+" -n iptables -w -t "+table+" "+action+" "+rule)...)
	}
	change("-A")
	t.Cleanup(func() { change("-D") })
}

// listenOnNode listens on the loopback of the cluster's node, whose network is its own.
func (p *platform) listenOnNode(t *testing.T) net.Listener {
	t.Helper()
	namespace, err := os.Open("/proc/" + p.node(t) + "/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	defer namespace.Close()
	var listener net.Listener
	listening := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: this thread has left the machine's network, and ends with the goroutine
		if err := unix.Setns(int(namespace.Fd()), unix.CLONE_NEWNET); err != nil {
			listening <- err
			return
		}
		var err error
		listener, err = net.Listen("tcp", "127.0.0.1:0")
		listening <- err
	}()
	if err := <-listening; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}
