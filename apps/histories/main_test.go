package histories_test

import (
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "histories-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binaries.folder, binaries.built = folder, map[string]string{}
	code := m.Run()
	if err := os.RemoveAll(folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}
