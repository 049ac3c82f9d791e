package databasetest

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// program is a process that ends with this one.
type program struct {
	process *os.Process
	done    chan error
}

// spawn starts a program that writes to a log.
func spawn(command *exec.Cmd, log string) (*program, error) {
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	command.Stdout, command.Stderr = file, file
	command.SysProcAttr.Pdeathsig = syscall.SIGQUIT
	started := make(chan error, 1)
	p := &program{done: make(chan error, 1)}
	go func() {
		// The signal is sent when the thread that started the program ends, so this one stays.
		runtime.LockOSThread()
		err := errors.Join(command.Start(), file.Close())
		started <- err
		if err == nil {
			p.done <- command.Wait()
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	p.process = command.Process
	return p, nil
}

// stop ends the program at once.
func (p *program) stop() error {
	if err := p.process.Signal(syscall.SIGQUIT); err != nil {
		return err
	}
	<-p.done // no clean exit, and none was asked for
	return nil
}
