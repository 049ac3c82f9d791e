package images_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/techcommerce/platform/tools/local/internal/images"
)

func TestServicesAreTheContracts(t *testing.T) {
	t.Parallel()
	services := func(source string) ([]string, error) {
		root := t.TempDir()
		folder := filepath.Join(root, "apps", "contract")
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "contract.go"), []byte("package contract\n"+source), 0o600); err != nil {
			t.Fatal(err)
		}
		return images.Workshop{Repository: root}.Services()
	}
	got, err := services("var A, B = Service{Port: 1, Name: \"cart\"}, Service{Name: \"mail\", Calls: []Call{{Service: \"cart\"}}}")
	if want := []string{"cart", "mail"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	if got, err := services("type Service struct{ Name string }"); err == nil || !strings.Contains(err.Error(), "no service has a name") {
		t.Errorf("of a contract without services: got %q, %v", got, err)
	}
}

// TestServicesHaveFolders: each service of the real contract can be built.
func TestServicesHaveFolders(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..", "..")
	services, err := images.Workshop{Repository: root}.Services()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range services {
		if _, err := os.Stat(filepath.Join(root, "apps", name, "main.go")); err != nil {
			t.Error(err)
		}
	}
}
