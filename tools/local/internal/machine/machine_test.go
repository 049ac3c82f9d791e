package machine

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// smallDisk mounts one of 64 MB.
func smallDisk(t *testing.T) (dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: a small disk of its own needs root")
	}
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func TestADiskThatIsTooSmallIsNamedWithWhatIsNeeded(t *testing.T) {
	dir := smallDisk(t)
	err := CanHost(Need{Disks: []Space{{Dir: dir, Bytes: 5 << 29}}})
	if want := dir + " has 0.1 GB free, and 2.5 GB are needed"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
	if err := CanHost(Need{Disks: []Space{{Dir: dir, Bytes: 1 << 20}}}); err != nil {
		t.Errorf("enough is not enough: %v", err)
	}
}

// TestEachDiskIsAsked: the toolchain's cache may be on another one than the checkout, and need not be there yet.
func TestEachDiskIsAsked(t *testing.T) {
	cache, checkout := smallDisk(t), t.TempDir()
	notYet := filepath.Join(cache, "techcommerce", "toolchain")
	err := CanHost(Need{Disks: []Space{{Dir: checkout, Bytes: 1 << 10}, {Dir: notYet, Bytes: 5 << 29, Mend: "LOCAL_CACHE names another."}}})
	for _, want := range []string{cache + " has 0.1 GB free, and 2.5 GB are needed", "LOCAL_CACHE names another."} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if err != nil && strings.Contains(err.Error(), checkout) {
		t.Errorf("the other disk has enough: %v", err)
	}
	// What lies on one disk is counted together.
	both := []Space{{Dir: cache, Bytes: 40 << 20}, {Dir: notYet, Bytes: 40 << 20}}
	if err := CanHost(Need{Disks: both[:1]}); err != nil {
		t.Errorf("enough is not enough: %v", err)
	}
	if err := CanHost(Need{Disks: both}); err == nil {
		t.Error("80 MB fit on a disk of 64")
	}
}

func TestAMachineWithTooLittleMemoryIsToldWhatWorks(t *testing.T) {
	meminfo := filepath.Join(t.TempDir(), "meminfo")
	if err := os.WriteFile(meminfo, []byte("MemTotal:        4018228 kB\nMemFree:          100000 kB\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := enoughMemory(meminfo, 6<<30)
	for _, want := range []string{"this machine has 3.8 GB of memory, and 6.0 GB are needed", "make run", "make up KUBE_CONTEXT="} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if err := enoughMemory(meminfo, 3<<30); err != nil {
		t.Errorf("enough is not enough: %v", err)
	}
}
