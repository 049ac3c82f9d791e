package main

import (
	"os"
	"runtime"
	"syscall"
)

// gigabytes is the most memory that a process had, or one of those that it started.
func gigabytes(ended *os.ProcessState) float64 {
	usage, ok := ended.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	unit := 1024.0
	if runtime.GOOS == "darwin" { // where it is counted in bytes
		unit = 1
	}
	return float64(usage.Maxrss) * unit / 1e9
}
