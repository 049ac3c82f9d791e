package sqlstore_test

import (
	"testing"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/product-api/product"
)

// TestAnOlderBackupIsRestoredOverThisRelease: what the backup does not know is left, and the next start must migrate over
// it all the same.
func TestAnOlderBackupIsRestoredOverThisRelease(t *testing.T) {
	t.Parallel()
	databasetest.EachOlderBackup(t, "migrations", func(t *testing.T, settings database.Settings, restore func()) {
		store := mustStore(t, settings)
		once := product.Once{Key: "k", Fingerprint: "f"}
		_, _, err := store.Create(t.Context(), product.Product{Name: "Of a later time", Price: 1}, once)
		must(t, err)
		restore()
		store = mustStore(t, settings)
		beginsWithFirstProducts(t, store)
		p, replayed, err := store.Create(t.Context(), product.Product{Name: "Anew", Price: 1}, once)
		if err != nil || replayed || p.Name != "Anew" {
			t.Errorf("a key from a time that the backup does not know: %+v, replayed: %t, %v", p, replayed, err)
		}
		_, err = store.Reserve(t.Context(), held("a", laptops(5)...))
		must(t, err)
	})
}
