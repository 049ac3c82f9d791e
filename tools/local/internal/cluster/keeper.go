package cluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// stopGrace is how long the node may take to stop: the pods' drain (see node stop) and the control plane after it.
const stopGrace = 60 * time.Second

// namespaces are what the node does not share with the machine.
const namespaces = unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC

// Keep holds the node until ctx is done or the node ends, and then removes what it made outside the node's namespaces.
// It calls started once the node runs: its ports are published and its link is up.
func (c Cluster) Keep(ctx context.Context, nodeCommand []string, started func()) error {
	// The node is killed when the thread that started it ends, so this goroutine keeps its thread.
	runtime.LockOSThread()
	lock, err := c.takeLock()
	if err != nil {
		return err
	}
	defer lock.Close()
	c.clean()
	defer c.clean()
	listeners, err := c.publish()
	if err != nil {
		return err
	}
	defer closeAll(listeners)
	net, err := c.subnet()
	if err != nil {
		return err
	}
	if err := errors.Join(c.recordPublished(), c.makeMountPoints(), c.makeCgroups()); err != nil {
		return err
	}
	node, err := c.startNode(nodeCommand, net)
	if err != nil {
		return err
	}
	for _, listener := range listeners {
		go forward(listener, net.node())
	}
	started()
	return waitForNode(ctx, node)
}

// startNode starts the node's first process in its namespaces, gives it its link and lets it go on.
func (c Cluster) startNode(command []string, net subnet) (*exec.Cmd, error) {
	ready, release, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer release.Close()
	node := exec.Command(command[0], command[1:]...)
	node.Stdout, node.Stderr = os.Stdout, os.Stderr
	node.ExtraFiles = []*os.File{ready}
	node.SysProcAttr = &syscall.SysProcAttr{Cloneflags: namespaces, Pdeathsig: syscall.SIGKILL}
	err = node.Start()
	ready.Close()
	if err != nil {
		return nil, fmt.Errorf("start the node in namespaces of its own: %w", err)
	}
	if err := c.connect(net, node.Process.Pid); err != nil {
		return nil, errors.Join(err, node.Process.Kill(), node.Wait())
	}
	if err := os.WriteFile(c.nodePIDFile(), fmt.Appendln(nil, node.Process.Pid), 0o644); err != nil {
		return nil, errors.Join(err, node.Process.Kill(), node.Wait())
	}
	_, err = release.WriteString("go")
	return node, err
}

func waitForNode(ctx context.Context, node *exec.Cmd) error {
	ended := make(chan error, 1)
	go func() { ended <- node.Wait() }()
	select {
	case err := <-ended:
		return fmt.Errorf("the node ended by itself: %w", err)
	case <-ctx.Done():
	}
	if err := node.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-ended:
		return nil
	case <-time.After(stopGrace):
		return errors.Join(fmt.Errorf("the node did not stop within %s", stopGrace), node.Process.Kill(), <-ended)
	}
}

// clean removes what a node leaves outside its namespaces. All of it bears this cluster's name.
func (c Cluster) clean() {
	c.removeCgroups()
	if _, err := net.InterfaceByName(c.link()); err == nil {
		_ = commands([]string{"ip", "link", "del", c.link()}) // it goes with the node's namespace, sooner or later
	}
	c.removeMountPoints()
	_ = os.Remove(c.nodePIDFile())
}

func (c Cluster) nodePIDFile() string { return c.Dir + "/node.pid" }

func (c Cluster) lockFile() string { return c.Dir + "/keeper.lock" }

// takeLock makes this process the cluster's only keeper.
func (c Cluster) takeLock() (*os.File, error) {
	lock, err := os.OpenFile(c.lockFile(), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		lock.Close()
		return nil, fmt.Errorf("this checkout's cluster runs already (%s): %w", c.lockFile(), err)
	}
	if err := lock.Truncate(0); err != nil {
		return nil, err
	}
	_, err = lock.WriteString(fmt.Sprintln(os.Getpid()))
	return lock, err
}

// keeper returns the process id of the running keeper, 0 if there is none.
func (c Cluster) keeper() (int, error) {
	lock, err := os.Open(c.lockFile())
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer lock.Close()
	err = unix.Flock(int(lock.Fd()), unix.LOCK_SH|unix.LOCK_NB)
	if err == nil {
		return 0, nil
	}
	if !errors.Is(err, unix.EWOULDBLOCK) {
		return 0, err
	}
	text, err := os.ReadFile(c.lockFile())
	if err != nil {
		return 0, err
	}
	var pid int
	if _, err := fmt.Sscan(strings.TrimSpace(string(text)), &pid); err != nil {
		return 0, fmt.Errorf("%s: %w", c.lockFile(), err)
	}
	return pid, nil
}
