package sqlstore_test

import (
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/order-api/order/sqlstore"
)

// TestAnOlderBackupIsRestoredOverThisRelease: what the backup does not know is left, and the next start must migrate over
// it all the same.
func TestAnOlderBackupIsRestoredOverThisRelease(t *testing.T) {
	t.Parallel()
	databasetest.EachOlderBackup(t, "migrations", func(t *testing.T, settings database.Settings, restore func()) {
		store := mustStart(t, sqlstore.New(databasetest.MustOpen(t, settings)))
		_, _, err := store.Insert(t.Context(), pending("k"), time.Minute)
		must(t, err)
		_, err = store.Schedule(t.Context(), "reconciliation", time.Hour)
		must(t, err)
		restore()
		store = mustStart(t, sqlstore.New(databasetest.MustOpen(t, settings)))
		if _, created, err := store.Insert(t.Context(), pending("k"), time.Minute); err != nil || !created {
			t.Errorf("a key from a time that the backup does not know: created: %t, %v, want a new order", created, err)
		}
		if due, err := store.Schedule(t.Context(), "reconciliation", time.Hour); err != nil || !due {
			t.Errorf("a schedule from a time that the backup does not know: due: %t, %v, want it due", due, err)
		}
	})
}
