// Package servicetest runs the services' real binaries for tests, on ports that the kernel picks on the loopback.
package servicetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/contract"
)

// Build builds the main package of a service as it is shipped, without cgo, and returns the binary's path.
func Build(tb testing.TB, service contract.Service) string {
	tb.Helper()
	binary := filepath.Join(tb.TempDir(), service.Name)
	build := exec.Command("go", "build", "-o", binary, "github.com/techcommerce/platform/apps/"+service.Name)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("build %s: %v\n%s", service.Name, err, said)
	}
	return binary
}

// Process is a running service.
type Process struct {
	// URL is the base of its public routes, Internal that of metrics and pprof.
	URL      string
	Internal string

	tb      testing.TB
	binary  string
	env     map[string]string
	command *exec.Cmd
	log     *log
	ended   chan struct{}
}

// Start runs a binary with just these variables, in a demo unless they say otherwise, and waits until it listens. It is
// killed when the test ends.
func Start(tb testing.TB, binary string, env map[string]string) *Process {
	tb.Helper()
	p := &Process{tb: tb, binary: binary, log: &log{}}
	variables := map[string]string{
		contract.EnvListenAddress: "127.0.0.1:0", contract.EnvInternalAddress: "127.0.0.1:0",
		contract.EnvDrainDelay: "0s", contract.EnvDrainTimeout: "15s", contract.EnvWriteRate: "100000",
		contract.EnvDemo: "true",
	}
	for name, value := range env {
		variables[name] = value
	}
	p.env = variables
	if err := p.run(); err != nil {
		tb.Fatalf("start %s: %v", binary, err)
	}
	tb.Cleanup(p.Kill)
	p.awaitListening()
	return p
}

func (p *Process) run() error {
	command, ended := exec.Command(p.binary), make(chan struct{})
	command.Stdout, command.Stderr = p.log, p.log
	command.Env = []string{"GOTRACEBACK=all"}
	for name, value := range p.env {
		command.Env = append(command.Env, name+"="+value)
	}
	if err := command.Start(); err != nil {
		return err
	}
	go func() {
		_ = command.Wait() // how it ended is in ProcessState
		close(ended)
	}()
	p.command, p.ended = command, ended
	return nil
}

// KillAndRestart ends the process as kill -9 does and starts it again with the same address.
func (p *Process) KillAndRestart() {
	p.Kill()
	p.env[contract.EnvListenAddress] = strings.TrimPrefix(p.URL, "http://")
	p.env[contract.EnvInternalAddress] = strings.TrimPrefix(p.Internal, "http://")
	if err := p.run(); err != nil {
		p.tb.Errorf("restart %s: %v", p.binary, err)
	}
}

func (p *Process) awaitListening() {
	p.tb.Helper()
	p.eventually("listens", func() error {
		for line := range strings.Lines(p.log.String()) {
			var said struct {
				Message  string `json:"message"`
				Address  string `json:"address"`
				Internal string `json:"internal_address"`
			}
			if json.Unmarshal([]byte(line), &said) == nil && said.Message == "listening" {
				p.URL, p.Internal = "http://"+said.Address, "http://"+said.Internal
				return nil
			}
		}
		select {
		case <-p.ended:
			p.tb.Fatalf("the service ended:\n%s", p.log)
		default:
		}
		return errors.New("no line says so")
	})
}

// AwaitReady waits until the service is ready.
func (p *Process) AwaitReady() *Process {
	p.tb.Helper()
	return p.AwaitStatus(contract.ReadyPath, http.StatusOK)
}

// AwaitStatus waits until a path answers with a status.
func (p *Process) AwaitStatus(path string, status int) *Process {
	p.tb.Helper()
	p.eventually(fmt.Sprintf("%s is %d", path, status), func() error {
		response, err := http.Get(p.URL + path)
		if err != nil {
			return err
		}
		if err := response.Body.Close(); err != nil {
			return err
		}
		if response.StatusCode != status {
			return fmt.Errorf("status %d", response.StatusCode)
		}
		return nil
	})
	return p
}

// AwaitLog waits until a line of the log matches.
func (p *Process) AwaitLog(line *regexp.Regexp) *Process {
	p.tb.Helper()
	p.eventually(fmt.Sprintf("the log has %s", line), func() error {
		if !line.MatchString(p.log.String()) {
			return errors.New("no line matches")
		}
		return nil
	})
	return p
}

func (p *Process) eventually(what string, holds func() error) {
	p.tb.Helper()
	const patience, pause = 30 * time.Second, 5 * time.Millisecond
	var err error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(pause) {
		if err = holds(); err == nil {
			return
		}
	}
	p.tb.Fatalf("waited in vain until %s: %v\n%s", what, err, p.log)
}

// Kill ends the process at once, as kill -9 does.
func (p *Process) Kill() {
	_ = p.command.Process.Kill() // it may have ended already
	<-p.ended
}

// Terminate sends SIGTERM and returns the exit code.
func (p *Process) Terminate() int {
	p.tb.Helper()
	p.Signal(syscall.SIGTERM)
	<-p.ended
	return p.command.ProcessState.ExitCode()
}

// Signal sends a signal.
func (p *Process) Signal(signal os.Signal) {
	p.tb.Helper()
	if err := p.command.Process.Signal(signal); err != nil {
		p.tb.Fatalf("signal: %v", err)
	}
}

// Stop stops the process as SIGSTOP does, and returns when it has stopped.
func (p *Process) Stop() {
	p.tb.Helper()
	p.Signal(syscall.SIGSTOP)
	for range 1000 {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.PID()))
		if err != nil {
			p.tb.Fatalf("stop: %v", err)
		}
		// The state follows the command's name, which is in parentheses.
		if _, state, _ := strings.Cut(string(text), ") "); strings.HasPrefix(state, "T") {
			return
		}
		time.Sleep(time.Millisecond)
	}
	p.tb.Fatal("stop: the process still runs after a second")
}

// PID is the process's id.
func (p *Process) PID() int { return p.command.Process.Pid }

// Log is what the process has written so far.
func (p *Process) Log() string { return p.log.String() }

// log collects output from several writers.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(data)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
