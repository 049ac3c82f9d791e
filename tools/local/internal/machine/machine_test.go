package machine

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestADiskThatIsTooSmallIsNamedWithWhatIsNeeded(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: a small disk of its own needs root")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	err := CanHost(Need{Dir: dir, Disk: 5 << 29})
	if want := dir + " has 0.1 GB free, and 2.5 GB are needed"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
	if err := CanHost(Need{Dir: dir, Disk: 1 << 20}); err != nil {
		t.Errorf("enough is not enough: %v", err)
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
