package cluster

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// restartDelay keeps a program that ends at once from spinning.
	restartDelay = time.Second
	// podGrace is how long pods may drain when the node stops; the services need their drain delay and a little more.
	podGrace = 12 * time.Second
	// programGrace is how long a program of the node may take to end.
	programGrace = 10 * time.Second
	// garbageCollection keeps the heaps of the node's programs, all in Go, closer to what they use: a developer's machine
	// has less memory to spare than processor time.
	garbageCollection = "GOGC=50"
)

// process is one program of the node.
type process struct {
	name string
	argv []string
	log  string
}

// initProcess is the node's init: it starts the node's programs, starts again those that end, and reaps what containers
// leave behind.
type initProcess struct {
	mu       sync.Mutex
	running  map[int]process
	order    []string
	stopping bool
}

func newInit() *initProcess { return &initProcess{running: map[int]process{}} }

// start starts a program with its output in its log.
func (i *initProcess) start(p process) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.stopping {
		return nil
	}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	command := exec.Command(p.argv[0], p.argv[1:]...)
	command.Stdout, command.Stderr = log, log
	command.Env = append(os.Environ(), garbageCollection)
	if err := command.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	// Reap collects every child, so nobody waits for this one.
	i.running[command.Process.Pid] = p
	i.order = append(i.order, p.name)
	return command.Process.Release()
}

// reap collects every process that ends in the node, for ever.
func (i *initProcess) reap() {
	for {
		pid, err := unix.Wait4(-1, nil, 0, nil)
		switch err {
		case nil:
			i.ended(pid)
		case unix.EINTR:
		default: // ECHILD: nothing runs yet
			time.Sleep(50 * time.Millisecond)
		}
	}
}

func (i *initProcess) ended(pid int) {
	i.mu.Lock()
	p, ours := i.running[pid]
	delete(i.running, pid)
	stopping := i.stopping
	i.mu.Unlock()
	if !ours || stopping {
		return
	}
	fmt.Printf("%s %s ended; starting it again\n", time.Now().Format(time.RFC3339), p.name)
	time.AfterFunc(restartDelay, func() {
		if err := i.start(p); err != nil {
			fmt.Println(err)
		}
	})
}

// stop ends the kubelet first, so that it starts no pod again, then lets the pods drain, and then ends the rest, the
// latest first.
func (i *initProcess) stop() {
	i.mu.Lock()
	i.stopping = true
	i.mu.Unlock()
	i.end("kubelet")
	i.endPods()
	for n := len(i.order) - 1; n >= 0; n-- {
		i.end(i.order[n])
	}
}

// end asks a program to end and kills it when it does not.
func (i *initProcess) end(name string) {
	i.signal(name, unix.SIGTERM)
	if !within(programGrace, func() bool { return i.signal(name, 0) == 0 }) {
		i.signal(name, unix.SIGKILL)
	}
}

// signal sends a signal to a program and reports how many processes it has.
func (i *initProcess) signal(name string, signal unix.Signal) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	found := 0
	for pid, p := range i.running {
		if p.name == name {
			found++
			_ = unix.Kill(pid, signal) // it may have ended just now
		}
	}
	return found
}

// endPods asks every process in a container to end, and kills those that do not in time.
func (i *initProcess) endPods() {
	for _, pid := range i.containerProcesses() {
		_ = unix.Kill(pid, unix.SIGTERM)
	}
	if within(podGrace, func() bool { return len(i.containerProcesses()) == 0 }) {
		return
	}
	for _, pid := range i.containerProcesses() {
		_ = unix.Kill(pid, unix.SIGKILL)
	}
}

// containerProcesses lists the processes that are neither the node's programs nor containerd's shims.
func (i *initProcess) containerProcesses() []int {
	entries, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil
	}
	var found []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(filepath.Base(entry))
		if err != nil || pid == os.Getpid() {
			continue
		}
		cgroups, err := os.ReadFile(filepath.Join(entry, "cgroup"))
		if err == nil && strings.Contains(string(cgroups), "/techcommerce-") {
			found = append(found, pid)
		}
	}
	return found
}

// within polls a condition until it holds or the time is over.
func within(limit time.Duration, holds func() bool) bool {
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if holds() {
			return true
		}
	}
	return false
}
