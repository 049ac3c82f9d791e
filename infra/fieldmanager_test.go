package main

import (
	"strings"
	"testing"

	"github.com/techcommerce/platform/stacks/stackstest"
)

// TestEveryObjectHasOneFieldManager: an object without it is lost to an update that was killed.
func TestEveryObjectHasOneFieldManager(t *testing.T) {
	t.Parallel()
	for _, name := range stackstest.Shipped(t) {
		objects := 0
		for _, r := range mustDeclare(t, mustDecode(t, stackstest.File(t, name, testSecrets()))).Resources {
			if !strings.HasPrefix(r.Type, "kubernetes:") || r.Inputs["metadata"].IsNull() {
				continue
			}
			objects++
			annotations := r.Inputs["metadata"].ObjectValue()["annotations"]
			if !annotations.IsObject() || annotations.ObjectValue()[managedBy].StringValue() != fieldManager {
				t.Errorf("%s: %s %s has no field manager", name, r.Type, r.Name)
			}
		}
		if objects < 30 {
			t.Errorf("%s: only %d objects were looked at", name, objects)
		}
	}
}
