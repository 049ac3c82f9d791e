package sqlstore_test

import (
	"os"
	"path"
	"testing"
	"testing/fstest"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/order-api/order"
	"github.com/techcommerce/platform/apps/order-api/order/sqlstore"
)

// TestSeedIsForADemoAlone: product-api's store has the tests of what may come in between.
func TestSeedIsForADemoAlone(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, settings database.Settings) {
		db := databasetest.MustOpen(t, settings)
		s := tested{sqlstore.New(db), db}
		must(t, s.Migrate(t.Context()))
		wantOrders(t, s, 0)
		s = tested{mustStart(t, s.Store), db}
		beginsWithOldOrders(t, s)
		if o := insert(t, s, "next", 0); o.ID != 4 {
			t.Errorf("the order after the first three has the id %d, want 4", o.ID)
		}
		s.run(t, `DELETE FROM orders`)
		mustStart(t, s.Store)
		wantOrders(t, s, 0)
	})
}

// TestSeedLeavesWhatAnEarlierReleaseMade: such a database began with orders, which may have been deleted since.
func TestSeedLeavesWhatAnEarlierReleaseMade(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{}
	for _, folder := range []string{"sqlite", "postgres"} {
		content, err := os.ReadFile(path.Join("migrations", folder, "00001_orders.sql"))
		must(t, err)
		files[path.Join(folder, "00001_orders.sql")] = &fstest.MapFile{Data: content}
	}
	databasetest.Each(t, func(t *testing.T, settings database.Settings) {
		db := databasetest.MustOpen(t, settings)
		must(t, db.Migrate(t.Context(), files))
		s := tested{sqlstore.New(db), db}
		s.run(t, `INSERT INTO orders (customer, items, total_cents, status, placed_at) VALUES ('John Doe', '[]', 0, 'delivered', 0)`)
		s.run(t, `DELETE FROM orders`)
		mustStart(t, s.Store)
		wantOrders(t, s, 0)
	})
}

func wantOrders(t *testing.T, s tested, want int) {
	t.Helper()
	if page, err := s.List(t.Context(), order.Filter{Limit: 9}); err != nil || page.Total != want {
		t.Errorf("%d orders, %v, want %d", page.Total, err, want)
	}
}
