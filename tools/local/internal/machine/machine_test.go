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
	for _, test := range []struct {
		built bool
		want  string
	}{{false, "24 GB are needed"}, {true, "2 GB are needed"}} {
		err := CanHost(dir, test.built)
		if err == nil || !strings.Contains(err.Error(), dir+" has 0.1 GB free, and "+test.want) {
			t.Errorf("with the toolchain built %v: got %v, want %q", test.built, err, test.want)
		}
	}
}
