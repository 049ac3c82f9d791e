package cluster

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const cgroupMount = "/sys/fs/cgroup"

// makeCgroups makes the pods' parent cgroup, which the kubelet expects to find, in every hierarchy.
func (c Cluster) makeCgroups() error {
	for _, hierarchy := range hierarchies() {
		path := filepath.Join(hierarchy, c.cgroup())
		if err := os.Mkdir(path, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if filepath.Base(hierarchy) == "cpuset" {
			if err := inheritCpuset(hierarchy, path); err != nil {
				return err
			}
		}
	}
	return nil
}

// inheritCpuset copies the parent's processors and memory nodes: a version 1 cpuset starts empty and takes no process.
func inheritCpuset(parent, child string) error {
	for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
		value, err := os.ReadFile(filepath.Join(parent, file))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(child, file), value, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// removeCgroups removes the cluster's cgroups in all hierarchies. The kernel lets go of them a moment after the last
// process has ended, so it tries for a while.
func (c Cluster) removeCgroups() {
	for range 50 {
		left := false
		for _, hierarchy := range hierarchies() {
			left = removeTree(filepath.Join(hierarchy, c.cgroup())) || left
		}
		if !left {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// removeTree removes a cgroup and those below it, and reports whether it is still there.
func removeTree(path string) bool {
	var found []string
	_ = filepath.WalkDir(path, func(at string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			found = append(found, at)
		}
		return nil
	})
	slices.Reverse(found)
	for _, cgroup := range found {
		_ = unix.Rmdir(cgroup) // busy ones are tried again
	}
	_, err := os.Stat(path)
	return err == nil
}

// hierarchies lists the mounted cgroup hierarchies: one on version 2, one per controller on version 1.
func hierarchies() []string {
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return nil
	}
	var found []string
	for line := range strings.Lines(string(mounts)) {
		fields := strings.Fields(line)
		isCgroup := len(fields) > 2 && (fields[2] == "cgroup" || fields[2] == "cgroup2")
		if isCgroup && strings.HasPrefix(fields[1], cgroupMount) {
			found = append(found, fields[1])
		}
	}
	return found
}
