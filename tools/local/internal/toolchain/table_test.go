package toolchain_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/techcommerce/platform/tools/local/internal/toolchain"
)

// TestTableOfPins: whoever raises a version runs make pins.
func TestTableOfPins(t *testing.T) {
	t.Parallel()
	repository := filepath.Join("..", "..", "..", "..")
	want, err := toolchain.Table(repository)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(repository, "docs", "pins.md"))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("docs/pins.md is not what the go.mod files pin; make pins writes:\n%s", want)
	}
}
