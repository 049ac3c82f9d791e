package machine

import (
	"os"
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
	err := CanHost(dir, 5<<29)
	if want := dir + " has 0.1 GB free, and 2.5 GB are needed"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
	if err := CanHost(dir, 1<<20); err != nil {
		t.Errorf("enough is not enough: %v", err)
	}
}
