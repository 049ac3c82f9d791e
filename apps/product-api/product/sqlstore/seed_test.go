package sqlstore_test

import (
	"context"
	"database/sql"
	"os"
	"path"
	"testing"
	"testing/fstest"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/product-api/product"
	"github.com/techcommerce/platform/apps/product-api/product/sqlstore"
)

func TestAShopThatIsNoDemoBeginsEmpty(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, settings database.Settings) {
		store, _ := mustMigrate(t, settings)
		wantCount(t, store, 0)
		created, _, err := store.Create(t.Context(), product.Product{Name: "First", Price: 1}, product.Once{})
		must(t, err)
		if created.ID != 1 {
			t.Errorf("the first product has the id %d, want 1", created.ID)
		}
	})
}

func TestSeedFillsAnEmptyStoreOnce(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, settings database.Settings) {
		store, db := mustMigrate(t, settings)
		mustSeed(t, store, true)
		beginsWithFirstProducts(t, store)
		created, _, err := store.Create(t.Context(), product.Product{Name: "Sixth", Price: 1}, product.Once{})
		must(t, err)
		if created.ID != 6 {
			t.Errorf("the product after the first five has the id %d, want 6", created.ID)
		}
		name := "Better Mouse"
		_, err = store.Update(t.Context(), 2, product.Change{Name: &name})
		must(t, err)
		mustRun(t, db, `DELETE FROM products WHERE id <> 2`)
		mustSeed(t, store, false)
		wantCount(t, store, 1)
		if got := find(t, store, 2).Name; got != name {
			t.Errorf("the product that the owner renamed is called %q, want %q", got, name)
		}
		mustRun(t, db, `DELETE FROM products`)
		mustSeed(t, store, false)
		wantCount(t, store, 0)
	})
}

func TestSeedLeavesAShopWithProductsAlone(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, settings database.Settings) {
		store, db := mustMigrate(t, settings)
		_, _, err := store.Create(t.Context(), product.Product{Name: "Own", Price: 1}, product.Once{})
		must(t, err)
		mustSeed(t, store, false)
		wantCount(t, store, 1)
		mustRun(t, db, `DELETE FROM products`)
		mustSeed(t, store, false)
		wantCount(t, store, 0)
	})
}

// TestSeedCutOffLeavesNothing has the transaction fail after the rows are there, as it does when its replica is killed.
func TestSeedCutOffLeavesNothing(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, settings database.Settings) {
		store, db := mustMigrate(t, settings)
		filled, err := db.Seed(t.Context(), database.Seed{Name: "demo", Table: "products", Next: 6,
			Rows: `INSERT INTO products (id, name, search, price_cents, stock) VALUES (1, 'Half', 'half', 1, 1), (2, '', '', 1, 1)`})
		if filled || err == nil {
			t.Fatalf("a seed that breaks a rule of the table: filled: %t, %v, want an error", filled, err)
		}
		wantCount(t, store, 0)
		mustSeed(t, store, true)
		beginsWithFirstProducts(t, store)
	})
}

// TestSeedWhileTheOwnerCreates: whoever of both is first, the owner's product is kept, and nothing fails.
func TestSeedWhileTheOwnerCreates(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, settings database.Settings) {
		store, _ := mustMigrate(t, settings)
		owner := sqlstore.New(databasetest.MustOpen(t, settings))
		created := make(chan error)
		go func() {
			_, _, err := owner.Create(context.Background(), product.Product{Name: "Own", Price: 1}, product.Once{})
			created <- err
		}()
		filled, err := store.Seed(t.Context())
		must(t, err)
		must(t, <-created)
		want := map[bool]int{true: 6, false: 1}[filled]
		wantCount(t, store, want)
		next, _, err := owner.Create(t.Context(), product.Product{Name: "Next", Price: 1}, product.Once{})
		must(t, err)
		if next.ID != int64(want)+1 {
			t.Errorf("the next product has the id %d after %d products", next.ID, want)
		}
	})
}

// TestSeedLeavesWhatAnEarlierReleaseMade: such a database began with products, and its owner may have deleted them since.
func TestSeedLeavesWhatAnEarlierReleaseMade(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, settings database.Settings) {
		db := databasetest.MustOpen(t, settings)
		must(t, db.Migrate(t.Context(), mustReadMigrations(t, "00001_products.sql", "00002_reservations_age.sql", "00003_requests.sql")))
		mustRun(t, db, `INSERT INTO products (name, search, price_cents, stock) VALUES ('Laptop', 'laptop', 99999, 50)`)
		mustRun(t, db, `DELETE FROM products`)
		store, _ := mustMigrate(t, settings)
		mustSeed(t, store, false)
		wantCount(t, store, 0)
	})
}

// mustReadMigrations are those of earlier releases.
func mustReadMigrations(t *testing.T, names ...string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for _, folder := range []string{"sqlite", "postgres"} {
		for _, name := range names {
			content, err := os.ReadFile(path.Join("migrations", folder, name))
			must(t, err)
			files[path.Join(folder, name)] = &fstest.MapFile{Data: content}
		}
	}
	return files
}

func mustMigrate(t *testing.T, settings database.Settings) (*sqlstore.Store, *database.DB) {
	t.Helper()
	db := databasetest.MustOpen(t, settings)
	store := sqlstore.New(db)
	must(t, store.Migrate(t.Context()))
	return store, db
}

// mustRun changes the database behind the store's back.
func mustRun(t *testing.T, db *database.DB, statement string) {
	t.Helper()
	_, err := database.Write(t.Context(), db, func(ctx context.Context, tx *sql.Tx) (database.None, error) {
		_, err := tx.ExecContext(ctx, statement)
		return database.None{}, err
	})
	must(t, err)
}

func mustSeed(t *testing.T, s *sqlstore.Store, want bool) {
	t.Helper()
	filled, err := s.Seed(t.Context())
	if err != nil || filled != want {
		t.Errorf("Seed = %t, %v, want %t", filled, err, want)
	}
}

func wantCount(t *testing.T, s *sqlstore.Store, want int) {
	t.Helper()
	if _, total, err := s.List(t.Context(), product.Filter{Limit: 9}); err != nil || total != want {
		t.Errorf("%d products, %v, want %d", total, err, want)
	}
}
