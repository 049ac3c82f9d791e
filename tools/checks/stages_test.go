package checks_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"
)

// stages runs test/stages in a folder whose Makefile has stages of every fate.
func stages(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()
	script, err := filepath.Abs(filepath.Join(root, "test", "stages"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	const makefile = "good:\n\t@echo works\nslow:\n\t@touch started; sleep 2\nbad:\n\t@echo broken >&2; exit 3\n"
	if err := os.WriteFile(filepath.Join(dir, "Makefile"), []byte(makefile), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(script, arguments...)
	command.Dir = dir
	// Not those of the make that runs this test.
	command.Env = append(os.Environ(), "MAKE=make", "MAKEFLAGS=", "MAKELEVEL=")
	return command
}

func TestStagesTellWhereTheTimeWent(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		args []string
		fine bool
		says []string
	}{
		{
			"all pass",
			[]string{"good", "slow"},
			true,
			[]string{`works`, `(?m)^good +\d+s +\d+s$`, `(?m)^slow +([2-9]|\d\d)s +\d+s$`, `(?m)^all +([2-9]|\d\d)s +passed$`},
		},
		{
			"one fails",
			[]string{"good", "bad", "slow"},
			false,
			[]string{`broken`, `(?m)^bad +\d+s +\d+s  FAILED$`, `(?m)^slow +- +-  not run$`, `(?m)^all +\d+s +FAILED in bad$`},
		},
		{
			"there is none of that name",
			[]string{"nothing", "good"},
			false,
			[]string{`(?m)^nothing +\d+s +\d+s  FAILED$`, `(?m)^good +- +-  not run$`},
		},
		{
			"later than wanted",
			[]string{"-limit", "1", "slow"},
			true,
			[]string{`(?m)^all +([2-9]|\d\d)s +passed, but later than the 1 s`},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			said, err := stages(t, test.args...).CombinedOutput()
			if (err == nil) != test.fine {
				t.Errorf("got %v, want success: %t", err, test.fine)
			}
			for _, want := range test.says {
				if !regexp.MustCompile(want).Match(said) {
					t.Errorf("it does not say %s:\n%s", want, said)
				}
			}
		})
	}
}

// TestStagesInterrupted: Ctrl-C goes to the whole group.
func TestStagesInterrupted(t *testing.T) {
	t.Parallel()
	command := stages(t, "slow", "good")
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	output, err := os.Create(filepath.Join(t.TempDir(), "output"))
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()
	command.Stdout, command.Stderr = output, output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if _, err := os.Stat(filepath.Join(command.Dir, "started")); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err := syscall.Kill(-command.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := command.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 {
		t.Errorf("got %v, want exit status 130", err)
	}
	said, err := os.ReadFile(output.Name())
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`(?m)^all +\d+s +interrupted$`).Match(said) || regexp.MustCompile(`works`).Match(said) {
		t.Errorf("want a table and no further stage:\n%s", said)
	}
}
