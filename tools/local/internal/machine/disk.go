package machine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/techcommerce/platform/tools/local/internal/step"
)

// Space is how many bytes something takes in a folder, which need not be there yet.
type Space struct {
	Dir   string
	Bytes uint64
	// Mend says how to come by more where there is not enough.
	Mend string
}

// enoughDisks reports each file system that has less free than all that is to lie on it takes.
func enoughDisks(needs []Space) error {
	var order []uint64
	together := map[uint64]Space{}
	for _, need := range needs {
		dir := existing(need.Dir)
		var stat syscall.Stat_t
		if err := syscall.Stat(dir, &stat); err != nil {
			return fmt.Errorf("disk space of %s: %w", dir, err)
		}
		device := uint64(stat.Dev)
		sum, known := together[device]
		if !known {
			order = append(order, device)
			sum = Space{Dir: dir, Mend: need.Mend}
		}
		sum.Bytes += need.Bytes
		together[device] = sum
	}
	var problems []error
	for _, device := range order {
		problems = append(problems, enoughDisk(together[device]))
	}
	return errors.Join(problems...)
}

// existing is the folder itself, or the nearest one above it that is there: what will be made lies on its file system.
func existing(dir string) string {
	for {
		_, err := os.Stat(dir)
		above := filepath.Dir(dir)
		if err == nil || above == dir {
			return dir
		}
		dir = above
	}
}

func enoughDisk(need Space) error {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(need.Dir, &fs); err != nil {
		return fmt.Errorf("disk space of %s: %w", need.Dir, err)
	}
	if free := fs.Bavail * uint64(fs.Bsize); free < need.Bytes {
		return &step.Problem{
			What: fmt.Sprintf("%s has %.1f GB free, and %.1f GB are needed", need.Dir, float64(free)/(1<<30), float64(need.Bytes)/(1<<30)),
			Mend: need.Mend,
		}
	}
	return nil
}
