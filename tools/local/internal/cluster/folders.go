package cluster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// folders are the node's own: inside its mount namespace each shows a folder of the cluster's instead of the machine's.
// So every program can keep to its default paths.
var folders = []string{
	"/etc/kubernetes", "/etc/cni/net.d",
	"/var/lib/etcd", "/var/lib/kubelet", "/var/lib/containerd", "/var/lib/cni", "/var/lib/local-path",
	"/var/log/pods", "/var/log/containers",
}

// makeMountPoints creates those of the folders that the machine lacks, and notes which, for removeMountPoints.
func (c Cluster) makeMountPoints() error {
	made, err := os.OpenFile(c.madeFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer made.Close()
	for _, folder := range folders {
		if err := os.MkdirAll(filepath.Join(c.root(), folder), 0o755); err != nil {
			return err
		}
		for _, missing := range missingAncestors(folder) {
			if err := os.Mkdir(missing, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
			if _, err := fmt.Fprintln(made, missing); err != nil {
				return err
			}
		}
	}
	return nil
}

// removeMountPoints removes the folders that makeMountPoints made, unless somebody has put something there since.
func (c Cluster) removeMountPoints() {
	text, err := os.ReadFile(c.madeFile())
	if err != nil {
		return
	}
	made := strings.Fields(string(text))
	for i := len(made) - 1; i >= 0; i-- {
		_ = unix.Rmdir(made[i]) // not empty: it is in use, and not ours to remove
	}
	_ = os.Remove(c.madeFile())
}

func (c Cluster) madeFile() string { return filepath.Join(c.Dir, "made-folders") }

// missingAncestors lists what must be made for path to exist, outermost first.
func missingAncestors(path string) []string {
	var missing []string
	for at := path; at != "/"; at = filepath.Dir(at) {
		if _, err := os.Lstat(at); err == nil {
			break
		}
		missing = append([]string{at}, missing...)
	}
	return missing
}

// mountFolders lays the node's folders over the machine's, in the node's mount namespace, with a fresh /run and the
// /proc of its own processes.
func (c Cluster) mountFolders() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("mount namespace: %w", err)
	}
	// Kubelet and containerd hand mounts on to each other, which wants shared propagation.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SHARED, ""); err != nil {
		return fmt.Errorf("mount namespace: %w", err)
	}
	for _, folder := range folders {
		if err := unix.Mount(filepath.Join(c.root(), folder), folder, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
			return fmt.Errorf("mount %s: %w", folder, err)
		}
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	if err := unix.Mount("tmpfs", "/run", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755"); err != nil {
		return fmt.Errorf("mount /run: %w", err)
	}
	return nil
}
