package cluster

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestSubnetsAreDistinctAndKept(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/sbin/ip"); err != nil {
		t.Skip("SKIPPED: iproute2 is not installed yet (make tools installs it)")
	}
	c := Cluster{Dir: t.TempDir()}
	first, err := c.subnet()
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.subnet()
	if err != nil || again != first {
		t.Errorf("a second time: got %v (%v), want %v", again, err, first)
	}
	if !netip.MustParsePrefix("10.213.0.0/16").Contains(first.prefix.Addr()) || first.prefix.Bits() != 30 {
		t.Errorf("got %v, want a /30 in 10.213.0.0/16", first.prefix)
	}
	if candidate(1).Overlaps(candidate(2)) || candidate(1<<14) != candidate(0) {
		t.Errorf("candidates overlap or do not wrap: %v %v %v", candidate(1), candidate(2), candidate(1<<14))
	}
}

func TestPublishNamesEveryTakenPort(t *testing.T) {
	t.Parallel()
	first, second := listen(t), listen(t)
	c := Cluster{Publish: []int{first, second}}
	_, err := c.publish()
	if err == nil {
		t.Fatal("want an error for taken ports")
	}
	for _, port := range []int{first, second} {
		if want := net.JoinHostPort("127.0.0.1", strconv.Itoa(port)); !strings.Contains(err.Error(), want) {
			t.Errorf("want %s named, got: %v", want, err)
		}
	}
	if !strings.Contains(err.Error(), "PUBLISH=none") {
		t.Errorf("want a way out named, got: %v", err)
	}
}

// TestPublishedPortsOutliveTheCommand: make up PUBLISH=none, and then make status without it.
func TestPublishedPortsOutliveTheCommand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	asked := Cluster{Dir: dir, Publish: []int{30000}}
	if !asked.Publishes(30000) || asked.Publishes(30090) {
		t.Error("before anything is recorded, the command's own ports count")
	}
	if err := (Cluster{Dir: dir}).recordPublished(); err != nil {
		t.Fatal(err)
	}
	if asked.Publishes(30000) {
		t.Error("the node was started without ports, and one is said to be published")
	}
}

func listen(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener.Addr().(*net.TCPAddr).Port
}

func TestASecondKeeperIsRefusedAndTheFirstIsFound(t *testing.T) {
	t.Parallel()
	c := Cluster{Dir: t.TempDir()}
	if pid, err := c.keeper(); pid != 0 || err != nil {
		t.Fatalf("before any: got keeper %d (%v)", pid, err)
	}
	lock, err := c.takeLock()
	if err != nil {
		t.Fatal(err)
	}
	if pid, err := c.keeper(); pid != os.Getpid() || err != nil {
		t.Errorf("got keeper %d (%v), want %d", pid, err, os.Getpid())
	}
	if _, err := c.takeLock(); err == nil || !strings.Contains(err.Error(), "runs already") {
		t.Errorf("a second keeper: got %v", err)
	}
	lock.Close()
	if pid, err := c.keeper(); pid != 0 || err != nil {
		t.Errorf("after it: got keeper %d (%v)", pid, err)
	}
}

func TestMissingAncestorsAreListedOutermostFirst(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	got := missingAncestors(filepath.Join(dir, "a", "b"))
	want := []string{filepath.Join(dir, "a"), filepath.Join(dir, "a", "b")}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := missingAncestors(dir); len(got) != 0 {
		t.Errorf("for a folder that exists: got %q", got)
	}
}

// TestMountPointsPassToWhoUsesThem: a folder that is removed takes what is mounted on it from every other cluster.
func TestMountPointsPassToWhoUsesThem(t *testing.T) {
	t.Parallel()
	mine, other := Cluster{Dir: t.TempDir()}, Cluster{Dir: t.TempDir()}
	folder := t.TempDir()
	script := []byte("read end\n") // a program that looks like a keeper until its input ends
	if err := errors.Join(mine.takeOver([]byte(folder+"\n")), os.WriteFile(other.Dir+"/keep", script, 0o644)); err != nil {
		t.Fatal(err)
	}
	keeper := exec.Command("/bin/sh", "keep", `{"Dir": "`+other.Dir+`"}`)
	keeper.Dir = other.Dir
	input, err := keeper.StdinPipe()
	if err := errors.Join(err, keeper.Start()); err != nil {
		t.Fatal(err)
	}
	mine.removeMountPoints()
	if err := input.Close(); err != nil {
		t.Fatal(err)
	}
	_ = keeper.Wait() // the end of its input is an error to it
	if _, err := os.Stat(folder); err != nil {
		t.Errorf("the folder is gone while another cluster uses it: %v", err)
	}
	if text, err := os.ReadFile(other.madeFile()); err != nil || strings.TrimSpace(string(text)) != folder {
		t.Errorf("the other cluster took over %q (%v), want %q", text, err, folder)
	}
}

func TestRenderFillsEveryFile(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"kubeadm": kubeadmTemplate, "kubelet": kubeletTemplate, "kube-proxy": kubeProxyTemplate,
		"containerd": containerdTemplate, "cni": cniTemplate,
	} {
		path := filepath.Join(t.TempDir(), name)
		v := values{NodeName: "x", NodeAddress: "10.213.0.2", PauseImage: "pause", ContainerdSocket: containerdSocket}
		if err := render(path, text, v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
