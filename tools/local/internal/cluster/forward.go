package cluster

import (
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"

	"github.com/techcommerce/platform/tools/local/internal/step"
)

// publish opens the published ports on 127.0.0.1. They forward to the node's NodePorts.
func (c Cluster) publish() ([]net.Listener, error) {
	var open []net.Listener
	var taken []string
	for _, port := range c.Publish {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			taken = append(taken, err.Error())
			continue
		}
		open = append(open, listener)
	}
	if len(taken) == 0 {
		return open, nil
	}
	closeAll(open)
	return nil, &step.Problem{
		What: "ports of the shop are taken on this machine: " + strings.Join(taken, "; "), Mend: c.freePorts(),
	}
}

// freePorts says who has the ports, as far as it can be known, and what to do.
func (c Cluster) freePorts() string {
	var mend strings.Builder
	for _, other := range c.others() {
		checkout := filepath.Dir(filepath.Dir(other))
		fmt.Fprintf(&mend, "The cluster of %s runs: stop it by make -C %[1]s cluster-down, and run the same command again.\n  ", checkout)
	}
	if mend.Len() == 0 {
		mend.WriteString("ss -ltnp shows by whom: end it, and run the same command again.\n  ")
	}
	mend.WriteString("Or publish no ports here: make up PUBLISH=none; the shop then answers on the cluster's own address.")
	return mend.String()
}

func closeAll(listeners []net.Listener) {
	for _, listener := range listeners {
		_ = listener.Close()
	}
}

// forward passes connections on to the same port of the node until the listener is closed.
func forward(listener net.Listener, node string) {
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go relay(conn, net.JoinHostPort(node, port))
	}
}

func relay(client net.Conn, target string) {
	defer client.Close()
	server, err := net.Dial("tcp", target)
	if err != nil {
		return
	}
	defer server.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(server, client) // an error here is the connection's end, like the end of input
		closeWrite(server)
	}()
	_, _ = io.Copy(client, server)
	closeWrite(client)
	<-done
}

func closeWrite(conn net.Conn) {
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}
