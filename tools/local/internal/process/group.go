// Package process ends commands together with what they have started.
package process

import (
	"os/exec"
	"syscall"
	"time"
)

// grace is how long the output of a cancelled command is waited for.
const grace = 5 * time.Second

// Group gives a command a process group of its own, so that cancelling its context ends its children as well: the go
// tool's compilers go on without it otherwise. It must be called before the command starts.
func Group(command *exec.Cmd) *exec.Cmd {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	command.WaitDelay = grace
	return command
}
