package alerts_test

import (
	"testing"

	"github.com/techcommerce/platform/infra/alerts"
)

// TestNames proves that no two alerts share a name: silences and inhibitions go by it.
func TestNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, name := range alerts.Names() {
		if seen[name] {
			t.Errorf("%s is there twice", name)
		}
		seen[name] = true
	}
}
