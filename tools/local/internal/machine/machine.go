// Package machine checks, before anything is touched, whether this machine can host the local cluster, and installs the
// Debian packages that it needs.
package machine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/techcommerce/platform/tools/local/internal/step"
)

// elsewhere names the ways there are without a cluster of our own.
const elsewhere = `The local cluster needs Linux and root. Without them, point the same commands at a cluster that you have:
    minikube:    minikube start --cni calico && make up KUBE_CONTEXT=minikube
    kind:        kind create cluster        && make up KUBE_CONTEXT=kind-kind
    any other:   make up KUBE_CONTEXT=<a context of kubectl config get-contexts> IMAGE_REGISTRY=<where it pulls from>`

// packages are Debian's, by a file that each brings.
var packages = []struct{ name, file string }{
	{"containerd", "/usr/bin/containerd"},
	{"runc", "/usr/sbin/runc"},
	{"containernetworking-plugins", "/usr/lib/cni/bridge"},
	{"iptables", "/usr/sbin/iptables"},
	{"conntrack", "/usr/sbin/conntrack"},
	{"iproute2", "/sbin/ip"},
	{"busybox-static", "/bin/busybox"},
	{"ca-certificates", "/etc/ssl/certs/ca-certificates.crt"},
}

// Need is what the local cluster takes of a machine, with what is still to be built for it.
type Need struct {
	// Disks is what it takes of the disk, by folder.
	Disks []Space
	// Memory is how many bytes the machine must have.
	Memory uint64
}

// CanHost says whether the local cluster can run here at all, with everything that stands against it.
func CanHost(need Need) error {
	var problems []string
	if runtime.GOOS != "linux" {
		problems = append(problems, "this machine runs "+runtime.GOOS+", not Linux")
	} else if os.Geteuid() != 0 {
		problems = append(problems, fmt.Sprintf("you are user %d, not root", os.Geteuid()))
	}
	if len(problems) > 0 {
		return &step.Problem{What: "no local cluster here: " + strings.Join(problems, "; "), Mend: elsewhere}
	}
	return errors.Join(enoughDisks(need.Disks), enoughMemory("/proc/meminfo", need.Memory))
}

// enoughMemory compares with what the kernel has, in a file like /proc/meminfo.
func enoughMemory(meminfo string, need uint64) error {
	text, err := os.ReadFile(meminfo)
	if err != nil {
		return fmt.Errorf("memory: %w", err)
	}
	var kilobytes uint64
	if _, err := fmt.Sscanf(string(text), "MemTotal: %d kB", &kilobytes); err != nil {
		return fmt.Errorf("%s: %w", meminfo, err)
	}
	if have := kilobytes << 10; have < need {
		return &step.Problem{
			What: fmt.Sprintf("this machine has %.1f GB of memory, and %.1f GB are needed", float64(have)/(1<<30), float64(need)/(1<<30)),
			Mend: "make run needs no cluster and a tenth of that. A cluster of another machine will do as well:\n" +
				"    make up KUBE_CONTEXT=<a context of kubectl config get-contexts> IMAGE_REGISTRY=<where it pulls from>",
		}
	}
	return nil
}

// InstallPackages installs those of Debian's packages that are missing.
func InstallPackages(ctx context.Context, console *step.Console) error {
	var missing []string
	for _, p := range packages {
		if _, err := os.Stat(p.file); err != nil {
			missing = append(missing, p.name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	list := strings.Join(missing, " ")
	if _, err := exec.LookPath("apt-get"); err != nil {
		return &step.Problem{
			What: "these packages are missing: " + list,
			Mend: "This is no Debian, so install them (or what your distribution calls them) and run the same command again.",
		}
	}
	return console.Do("installing Debian packages: "+list, func() error { return install(ctx, missing) })
}

func install(ctx context.Context, names []string) error {
	for _, args := range [][]string{
		{"update", "-qq"},
		append([]string{"install", "-y", "-qq", "--no-install-recommends"}, names...),
	} {
		command := exec.CommandContext(ctx, "apt-get", args...)
		command.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		var output bytes.Buffer
		command.Stdout, command.Stderr = &output, &output
		if err := command.Run(); err != nil {
			return &step.Problem{
				What:  "apt-get " + strings.Join(args, " "),
				Cause: fmt.Errorf("%w\n%s", err, strings.TrimSpace(output.String())),
				Mend:  "Check the network and /etc/apt/sources.list, or install the packages yourself, and run the same command again.",
			}
		}
	}
	return nil
}
