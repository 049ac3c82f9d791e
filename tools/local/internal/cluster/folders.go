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
	release, err := lockMountPoints()
	if err != nil {
		return err
	}
	defer release()
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

// removeMountPoints removes the folders that makeMountPoints made, unless somebody has put something there since. While
// another checkout's cluster runs they pass to it: what is removed here is lost to every namespace that mounts on it.
func (c Cluster) removeMountPoints() {
	release, err := lockMountPoints()
	if err != nil {
		return
	}
	defer release()
	text, err := os.ReadFile(c.madeFile())
	if err != nil {
		return
	}
	if others := c.others(); len(others) > 0 {
		for _, other := range others {
			_ = Cluster{Dir: other}.takeOver(text) // it may end at this moment: then a folder stays
		}
		return
	}
	made := strings.Fields(string(text))
	for i := len(made) - 1; i >= 0; i-- {
		_ = unix.Rmdir(made[i]) // not empty: it is in use, and not ours to remove
	}
	_ = os.Remove(c.madeFile())
}

// takeOver makes this cluster remove, in the end, the folders that another one made.
func (c Cluster) takeOver(made []byte) error {
	file, err := os.OpenFile(c.madeFile(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(made)
	return errors.Join(err, file.Close())
}

// lockMountPoints lets one cluster of this machine at a time make or remove folders.
func lockMountPoints() (release func(), err error) {
	folder, err := os.Open(filepath.Dir(folders[0]))
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(folder.Fd()), unix.LOCK_EX); err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	return func() { _ = folder.Close() }, nil
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
