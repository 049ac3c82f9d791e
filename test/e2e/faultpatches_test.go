package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFaultsCanBePutIn proves before any cluster is up that the source still has what delivery replaces to break a service.
func TestFaultsCanBePutIn(t *testing.T) {
	for _, c := range []struct{ file, text string }{
		{"apps/order-api/routes.go", routesMiddleware},
		{"apps/order-api/routes.go", routesImports},
		{"apps/internal/service/probes.go", readyAnswer},
	} {
		source, err := os.ReadFile(filepath.Join("..", "..", c.file))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(source), c.text) {
			t.Errorf("%s does not have %q any more", c.file, c.text)
		}
	}
}
