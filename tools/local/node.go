package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"time"

	"github.com/techcommerce/platform/tools/local/internal/cluster"
	"github.com/techcommerce/platform/tools/local/internal/images"
	"github.com/techcommerce/platform/tools/local/internal/machine"
	"github.com/techcommerce/platform/tools/local/internal/toolchain"
)

// startCluster makes the local cluster run and nothing else.
func startCluster(ctx context.Context, s *session) error {
	if err := s.checkHosting(); err != nil {
		return err
	}
	release, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := s.prepareHosting(ctx); err != nil {
		return err
	}
	return s.hostCluster(ctx)
}

// hostedDisk is what a cluster, its images and its data take, and the program and the shop while they compile.
const hostedDisk = 3 << 30

// What a machine must have of memory: a cluster with the shop runs in half of hostedMemory, and the compiler takes up to
// 4 GB beside what else runs. Machines that are sold with 8 GB show a little less.
const (
	hostedMemory   = 3 << 30
	buildingMemory = 6 << 30
)

// checkHosting reports all that stands against hosting a cluster here, before anything is touched.
func (s *session) checkHosting() error {
	_, err := publishedPorts()
	return errors.Join(err, s.checkMachine())
}

func (s *session) checkMachine() error {
	wanted, err := s.hosting()
	if err != nil {
		return err
	}
	need, err := s.builder().Disk(slices.Concat(wanted, toolchain.Deploying()))
	if err != nil {
		return err
	}
	missing, err := s.builder().Missing(slices.Concat(wanted, toolchain.Deploying()))
	if err != nil {
		return err
	}
	memory := uint64(hostedMemory)
	if missing > 0 {
		memory = buildingMemory
	}
	return machine.CanHost(machine.Need{Memory: memory, Disks: []machine.Space{
		{Dir: s.local, Bytes: hostedDisk, Mend: "Free some space there, or clone the repository where there is more."},
		{Dir: s.cache, Bytes: need, Mend: "Free some space there, or have LOCAL_CACHE name a folder where there is more. " +
			"Most of it is Go's own caches: go env GOCACHE GOMODCACHE says where they are."},
	}})
}

// prepareHosting brings packages and toolchain.
func (s *session) prepareHosting(ctx context.Context) error {
	if err := machine.InstallPackages(ctx, s.console); err != nil {
		return err
	}
	wanted, err := s.hosting()
	if err != nil {
		return err
	}
	return s.ensure(ctx, wanted...)
}

// hosting lists the tools that the cluster needs, and what watches the stack on it.
func (s *session) hosting() ([]toolchain.Tool, error) {
	monitored, err := s.monitored()
	if err != nil || !monitored {
		return toolchain.Hosting(), err
	}
	return slices.Concat(toolchain.Hosting(), toolchain.Watching()), nil
}

// hostCluster builds the cluster's own images and starts it.
func (s *session) hostCluster(ctx context.Context) error {
	c, err := s.cluster()
	if err != nil {
		return err
	}
	running, err := c.Running()
	if err != nil {
		return err
	}
	if running {
		return s.linkKubeconfig(c)
	}
	var built map[string]images.Archived
	err = s.console.Do("images of the cluster itself", func() (err error) {
		built, err = s.workshop().BuildNode(ctx)
		return err
	})
	if err != nil {
		return err
	}
	c.PauseImage = built[images.Pause].Ref
	var archives []string
	for _, image := range built {
		archives = append(archives, image.Path)
	}
	command, err := keeperCommand("keep", c)
	if err != nil {
		return err
	}
	addons := cluster.Addons{
		CoreDNS: built[images.CoreDNS].Ref, MetricsServer: built[images.MetricsServer].Ref,
		LocalPathProvisioner: built[images.LocalPathProvisioner].Ref, Shell: built[images.Shell].Ref,
	}
	if err := c.Start(ctx, s.console, command, archives, addons); err != nil {
		return err
	}
	return s.linkKubeconfig(c)
}

func (s *session) linkKubeconfig(c cluster.Cluster) error {
	return replaceLink(s.path("kubeconfig"), c.Kubeconfig())
}

// keeperCommand is the command line by which this program runs itself as the cluster's keeper or node.
func keeperCommand(role string, c cluster.Cluster) ([]string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	description, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return []string{self, role, string(description)}, nil
}

func describedCluster(args []string) (cluster.Cluster, error) {
	var c cluster.Cluster
	if len(args) != 1 {
		return c, fmt.Errorf("want the cluster's description")
	}
	return c, json.Unmarshal([]byte(args[0]), &c)
}

// keep is the cluster's keeper. It tells the one who started it, on descriptor 3, that the node runs or why not.
func keep(ctx context.Context, args []string) error {
	c, err := describedCluster(args)
	if err != nil {
		return err
	}
	starter := os.NewFile(3, "starter")
	tell := func(word string) {
		_, _ = starter.WriteString(word) // nobody may be listening any more
		_ = starter.Close()
	}
	command, err := keeperCommand("node", c)
	if err != nil {
		return err
	}
	err = c.Keep(ctx, command, func() { tell(cluster.Started) })
	if err != nil {
		tell(err.Error())
	}
	return err
}

// node is the cluster's node.
func node(ctx context.Context, args []string) error {
	c, err := describedCluster(args)
	if err != nil {
		return err
	}
	return c.Node(ctx)
}

func stopCluster(ctx context.Context, s *session) error {
	release, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	c, err := s.cluster()
	if err != nil {
		return err
	}
	ran, err := c.Stop(s.console)
	switch {
	case err != nil:
		return err
	case ran:
		s.console.Sayf("its data is kept: make up goes on from here, make down takes it away")
	default:
		s.console.Sayf("this checkout's cluster does not run")
	}
	return nil
}

// runIn runs a program with the session's environment, its words going to the terminal.
func (s *session) runIn(ctx context.Context, name string, args ...string) error {
	command := exec.CommandContext(ctx, name, args...)
	command.Dir = s.repository
	command.Env = s.environ()
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	// The terminal's ^C reaches it as well, and Pulumi then ends what it has begun: nobody kills it in the middle of that.
	command.Cancel = func() error { return nil }
	command.WaitDelay = time.Minute
	return command.Run()
}
