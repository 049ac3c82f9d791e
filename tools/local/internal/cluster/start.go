package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/techcommerce/platform/tools/local/internal/step"
)

// startLimit is how long the node may take to answer, and its pods to run. On two cores it takes a quarter of that.
const startLimit = 4 * time.Minute

// Start makes the cluster run, if it does not, with the images in archives imported and the addons' pods running.
// keeperCommand is the command line that ends up in Keep.
func (c Cluster) Start(ctx context.Context, console *step.Console, keeperCommand []string, archives []string,
	addons Addons) error {
	pid, err := c.keeper()
	if err != nil {
		return err
	}
	if pid != 0 {
		return c.awaitAPI(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	started := time.Now()
	if err := c.logDir(); err != nil {
		return err
	}
	if err := c.launch(keeperCommand); err != nil {
		return err
	}
	for _, work := range []struct {
		name string
		do   func() error
	}{
		{"Kubernetes API", func() error { return c.awaitAPI(ctx) }},
		{"images of the cluster itself", func() error { return c.ImportImages(ctx, archives) }},
		{"DNS, metrics, storage", func() error { return c.applyAddons(ctx, addons) }},
		{"node and pods", func() error { return c.awaitPods(ctx, started) }},
	} {
		if err := console.Do("cluster: "+work.name, work.do); err != nil {
			return c.explain(work.name, err)
		}
	}
	return nil
}

// launch starts the keeper on its own, and returns once it has said that the node runs, or why not.
func (c Cluster) launch(command []string) error {
	log, err := os.OpenFile(c.log("keeper"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	word, say, err := os.Pipe()
	if err != nil {
		return err
	}
	defer word.Close()
	keeper := exec.Command(command[0], command[1:]...)
	keeper.Stdout, keeper.Stderr = log, log
	keeper.ExtraFiles = []*os.File{say}
	keeper.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	keeper.Dir = "/"
	err = keeper.Start()
	say.Close()
	if err != nil {
		return err
	}
	text, err := io.ReadAll(word)
	if err != nil {
		return err
	}
	if string(text) != Started {
		return errors.New(strings.TrimSpace(string(text)))
	}
	return keeper.Process.Release()
}

// Started is the keeper's word that the node runs; any other is the reason why it does not.
const Started = "started"

// ImportImages makes images known to the node.
func (c Cluster) ImportImages(ctx context.Context, archives []string) error {
	for _, archive := range archives {
		if err := c.importImage(ctx, archive); err != nil {
			return err
		}
	}
	return nil
}

// inNode runs a program of the machine in the node's mount namespace.
func (c Cluster) inNode(ctx context.Context, stdin io.Reader, command ...string) ([]byte, error) {
	pid, err := os.ReadFile(c.nodePIDFile())
	if err != nil {
		return nil, fmt.Errorf("the cluster does not run: %w", err)
	}
	args := append([]string{"--target", strings.TrimSpace(string(pid)), "--mount", "--"}, command...)
	enter := exec.CommandContext(ctx, "nsenter", args...)
	enter.Stdin = stdin
	return enter.CombinedOutput()
}

// Stop stops the cluster and keeps its data. It reports whether it ran.
func (c Cluster) Stop(console *step.Console) (bool, error) {
	pid, err := c.keeper()
	if err != nil || pid == 0 {
		return false, err
	}
	if err := unix.Kill(pid, unix.SIGTERM); err != nil {
		return true, fmt.Errorf("stop the cluster's keeper, process %d: %w", pid, err)
	}
	return true, console.Do("cluster stopped", func() error {
		if within(stopGrace+10*time.Second, func() bool { running, err := c.keeper(); return err == nil && running == 0 }) {
			return nil
		}
		return fmt.Errorf("the cluster's keeper, process %d, did not stop; see %s", pid, c.log("keeper"))
	})
}

// Remove deletes the stopped cluster's data.
func (c Cluster) Remove() error {
	if pid, err := c.keeper(); err != nil || pid != 0 {
		return errors.Join(err, fmt.Errorf("the cluster runs (keeper %d)", pid))
	}
	c.clean() // a keeper that was killed could not
	return os.RemoveAll(c.Dir)
}

// explain adds to an error what the node's programs last said.
func (c Cluster) explain(what string, err error) error {
	logs, _ := filepath.Glob(filepath.Join(c.Dir, "log", "*.log"))
	slices.Sort(logs)
	var said bytes.Buffer
	for _, log := range logs {
		if text, readErr := os.ReadFile(log); readErr == nil && len(text) > 0 {
			lines := strings.Split(strings.TrimSpace(string(text)), "\n")
			fmt.Fprintf(&said, "\n  %s: %.300s", filepath.Base(log), lines[len(lines)-1])
		}
	}
	return &step.Problem{
		What: "cluster: " + what, Cause: err,
		Mend: "Run the same command again; it goes on from here. The logs are in " + filepath.Join(c.Dir, "log") +
			", and their last lines are:" + said.String(),
	}
}
