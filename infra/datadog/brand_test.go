package datadog

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/stacks/stackstest"
)

// TestThePageIsTheShops: the synthetic test looks for the name in the title of every page.
func TestThePageIsTheShops(t *testing.T) {
	t.Parallel()
	layout := filepath.Join(stackstest.Root(), "apps", contract.Frontend.Name, "internal", "web", "templates", "layout.html")
	text, err := os.ReadFile(layout)
	if err != nil {
		t.Fatal(err)
	}
	_, title, _ := strings.Cut(string(text), "<title>")
	title, _, _ = strings.Cut(title, "</title>")
	if !strings.Contains(title, contract.Brand) {
		t.Errorf("the title %q does not have %q", title, contract.Brand)
	}
}
