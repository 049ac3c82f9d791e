package e2e_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// footprint is what a cluster could leave on a machine.
type footprint struct {
	links, cgroups, mounts, folders, iptables, processes, listening []string
}

func takeFootprint(t *testing.T) footprint {
	t.Helper()
	links, _ := filepath.Glob("/sys/class/net/*")
	cgroups, _ := filepath.Glob("/sys/fs/cgroup/*/techcommerce-*")
	unified, _ := filepath.Glob("/sys/fs/cgroup/techcommerce-*")
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for _, folder := range []string{
		"/etc/kubernetes", "/etc/cni", "/var/lib/etcd", "/var/lib/kubelet", "/var/lib/containerd", "/var/lib/cni",
		"/var/lib/local-path", "/var/log/pods", "/var/log/containers", "/run/containerd", "/run/netns",
	} {
		if entries, err := os.ReadDir(folder); err == nil {
			folders = append(folders, folder+" "+strconv.Itoa(len(entries)))
		}
	}
	rules := ""
	if _, err := os.Stat("/usr/sbin/iptables-save"); err == nil {
		rules = output(t, "", "/usr/sbin/iptables-save")
	}
	return footprint{
		links: links, cgroups: append(cgroups, unified...), mounts: strings.Split(string(mounts), "\n"),
		folders: folders, iptables: withoutComments(rules), processes: clusterProcesses(t),
		listening: strings.Fields(output(t, "", "ss", "-ltnH")),
	}
}

func withoutComments(rules string) []string {
	return slices.DeleteFunc(strings.Split(rules, "\n"), func(line string) bool { return strings.HasPrefix(line, "#") || line == "" })
}

// clusterProcesses lists the processes of this machine that a cluster runs.
func clusterProcesses(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("/proc/[0-9]*/comm")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, name := range names {
		comm, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		text := strings.TrimSpace(string(comm))
		for _, program := range []string{"kube", "etcd", "containerd", "coredns", "network-polici", "pause"} {
			if strings.HasPrefix(text, program) {
				found = append(found, text)
			}
		}
	}
	slices.Sort(found)
	return found
}

// added lists what is in after and was not in before.
func added(before, after []string) []string {
	return slices.DeleteFunc(slices.Clone(after), func(one string) bool { return slices.Contains(before, one) })
}

// proportionalMemory is the memory of a process and all below it, in bytes, shared pages counted once.
func proportionalMemory(t *testing.T, root int) float64 {
	t.Helper()
	children := map[int][]int{}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, stat := range stats {
		text, err := os.ReadFile(stat)
		if err != nil {
			continue
		}
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(stat)))
		parent, _ := strconv.Atoi(fields[1])
		children[parent] = append(children[parent], pid)
	}
	var total float64
	for queue := []int{root}; len(queue) > 0; queue = queue[1:] {
		total += memoryOf(queue[0])
		queue = append(queue, children[queue[0]]...)
	}
	return total
}

func memoryOf(pid int) float64 {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "smaps_rollup"))
	if err != nil {
		return 0 // it has ended
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "Pss:"); ok {
			kilobytes, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kilobytes * 1024
		}
	}
	return 0
}
