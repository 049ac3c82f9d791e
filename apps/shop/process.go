package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/techcommerce/platform/apps/contract"
)

// process is one service between start and stop, any number of times.
type process struct {
	service contract.Service
	binary  string
	env     []string
	out     *console

	command *exec.Cmd
	// runs is the sum of the binary that was started.
	runs  [sha256.Size]byte
	ended chan struct{}
}

func (p *process) start() error {
	sum, err := sumOf(p.binary)
	if err != nil {
		return err
	}
	command := exec.Command(p.binary)
	command.Env = append(os.Environ(), p.env...)
	said, pipe := io.Pipe()
	command.Stdout, command.Stderr = pipe, pipe
	if err := command.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.service.Name, err)
	}
	ended := make(chan struct{})
	go func() {
		lines := bufio.NewScanner(said)
		for lines.Scan() {
			p.out.tell(p.service.Name, lines.Bytes())
		}
		_, _ = io.Copy(io.Discard, said) // a line too long to scan must not block the service
	}()
	go func() {
		err := command.Wait()
		_ = pipe.Close() // an io.Pipe's never fails
		if err != nil {
			p.out.say("%s ended: %v; it starts again with the next change", p.service.Name, err)
		}
		close(ended)
	}()
	p.command, p.runs, p.ended = command, sum, ended
	return nil
}

// stop asks the process to end and waits until it has.
func (p *process) stop() {
	const patience = 5 * time.Second
	_ = p.command.Process.Signal(syscall.SIGTERM) // it may have ended already
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = p.command.Process.Kill() // likewise
		<-p.ended
	}
}

// stale says whether what runs is not what was built last.
func (p *process) stale() bool {
	select {
	case <-p.ended:
		return true
	default:
	}
	sum, err := sumOf(p.binary)
	return err != nil || sum != p.runs
}

// awaitReady waits until a service is ready or ends.
func (s *shop) awaitReady(ctx context.Context, p *process) error {
	url := s.url(p.service) + contract.ReadyPath
	for tick := time.NewTicker(50 * time.Millisecond); ; {
		if ready(ctx, url) {
			tick.Stop()
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended before it was ready", p.service.Name)
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w", p.service.Name, ctx.Err())
		case <-tick.C:
		}
	}
}

func ready(ctx context.Context, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	return response.Body.Close() == nil && response.StatusCode == http.StatusOK
}

// portsFree says at once who would find somebody else in the way.
func (s *shop) portsFree(ctx context.Context) error {
	var problems []error
	for _, service := range contract.Services() {
		var config net.ListenConfig
		listener, err := config.Listen(ctx, "tcp", s.address(s.port(service)))
		if err == nil {
			err = listener.Close()
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s cannot listen, is the shop running already? %w", service.Name, err))
		}
	}
	return errors.Join(problems...)
}

func sumOf(path string) (sum [sha256.Size]byte, err error) {
	file, err := os.Open(path)
	if err != nil {
		return sum, err
	}
	hash := sha256.New()
	_, err = io.Copy(hash, file)
	return [sha256.Size]byte(hash.Sum(nil)), errors.Join(err, file.Close())
}
