package cluster

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// Node is the node's first process, in the namespaces that the keeper made. It sets the node up, runs its programs until
// ctx is done, and stops them.
func (c Cluster) Node(ctx context.Context) error {
	if err := awaitLink(); err != nil {
		return err
	}
	network, err := c.subnet()
	if err != nil {
		return err
	}
	if err := unix.Sethostname([]byte(nodeName)); err != nil {
		return fmt.Errorf("host name: %w", err)
	}
	if err := c.mountFolders(); err != nil {
		return err
	}
	if err := configureNode(network); err != nil {
		return err
	}
	if err := c.configure(network); err != nil {
		return err
	}
	return c.run(ctx, network)
}

// awaitLink waits for the keeper's word that the node's end of the link is there.
func awaitLink() error {
	released := os.NewFile(3, "keeper")
	defer released.Close()
	word := make([]byte, 2)
	if _, err := released.Read(word); err != nil {
		return fmt.Errorf("the keeper let the node down: %w", err)
	}
	return nil
}

// run starts the programs, each after what it waits for, and stops them in the opposite order.
func (c Cluster) run(ctx context.Context, network subnet) error {
	controlPlane, err := c.controlPlane()
	if err != nil {
		return err
	}
	init := newInit()
	go init.reap()
	start := func(name string, argv []string) error {
		return init.start(process{name: name, argv: argv, log: c.log(name)})
	}
	if err := start("containerd", []string{"containerd", "--config", containerdConfig}); err != nil {
		return err
	}
	if err := start("etcd", controlPlane["etcd"]); err != nil {
		return err
	}
	if err := await(ctx, "tcp", "127.0.0.1:2379"); err != nil {
		return err
	}
	if err := start("kube-apiserver", controlPlane["kube-apiserver"]); err != nil {
		return err
	}
	if err := await(ctx, "tcp", fmt.Sprintf("%s:%d", network.node(), apiPort)); err != nil {
		return err
	}
	if err := await(ctx, "unix", containerdSocket); err != nil {
		return err
	}
	for _, p := range []struct {
		name string
		argv []string
	}{
		{"kube-controller-manager", controlPlane["kube-controller-manager"]},
		{"kube-scheduler", controlPlane["kube-scheduler"]},
		{"network-policies", c.networkPolicies()},
		{"kube-proxy", c.kubeProxy()},
		{"kubelet", c.kubelet()},
	} {
		if err := start(p.name, p.argv); err != nil {
			return err
		}
	}
	<-ctx.Done()
	init.stop()
	return nil
}

// await waits until something accepts connections at the address, for as long as ctx allows.
func await(ctx context.Context, network, address string) error {
	for ctx.Err() == nil {
		conn, err := net.DialTimeout(network, address, time.Second)
		if err == nil {
			return conn.Close()
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("stopped while waiting for %s", address)
}

// program is where a program of the toolchain lies.
func (c Cluster) program(name string) string {
	if path, ok := c.Programs[name]; ok {
		return path
	}
	return name
}

// logDir makes the folder of the programs' logs.
func (c Cluster) logDir() error { return os.MkdirAll(filepath.Join(c.Dir, "log"), 0o755) }
