package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/product-api/product"
	"github.com/techcommerce/platform/apps/product-api/product/sqlstore"
)

// BenchmarkSale sells three products per order on a PostgreSQL that commits to the disk: in one statement, as the store
// does, in two, as it does for an order-api of an older release, and in the two transactions of twelve round trips that
// these replaced. The ratio within one run is what counts.
func BenchmarkSale(b *testing.B) {
	server, err := databasetest.Start()
	databasetest.NeedServer(b, err)
	b.Cleanup(func() {
		if err := server.Remove(); err != nil {
			b.Error(err)
		}
	})
	if err := server.Stop(); err != nil {
		b.Fatal(err)
	}
	if err := server.Run("fsync=on"); err != nil {
		b.Fatal(err)
	}
	settings := server.MustCreate(b)
	db := databasetest.MustOpen(b, settings)
	store := sqlstore.New(db)
	if err := store.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	server.MustRun(b, strings.TrimPrefix(strings.Split(settings.URL, "?")[0], "postgres://postgres@/"), `INSERT INTO products
		(name, search, price_cents, stock) SELECT 'Thing', 'thing', 1000, 1000000000 FROM generate_series(1, 105)`)
	var number atomic.Int64
	for _, way := range []struct {
		name string
		sell func(context.Context, product.Wanted) error
	}{
		{"one statement", func(ctx context.Context, wanted product.Wanted) error {
			wanted.Confirm = true
			_, err := store.Reserve(ctx, wanted)
			return err
		}},
		{"reserve and confirm", func(ctx context.Context, wanted product.Wanted) error {
			if _, err := store.Reserve(ctx, wanted); err != nil {
				return err
			}
			_, err := store.Confirm(ctx, wanted.ID)
			return err
		}},
		{"stepwise", func(ctx context.Context, wanted product.Wanted) error { return sellStepwise(ctx, db, wanted) }},
	} {
		b.Run(way.name, func(b *testing.B) {
			b.SetParallelism(4)
			b.RunParallel(func(loop *testing.PB) {
				for loop.Next() {
					n := number.Add(1)
					wanted := held(fmt.Sprint("bench ", n))
					for _, line := range []int64{n * 7, n * 11, n * 13} {
						wanted.Lines = append(wanted.Lines, product.Line{ProductID: 6 + line%33, Quantity: 1})
					}
					for i := range wanted.Lines {
						wanted.Lines[i].ProductID += int64(33 * i) // no product twice
					}
					if err := way.sell(b.Context(), wanted); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

// sellStepwise is how a sale was made before: a reservation and its confirmation, each a transaction.
func sellStepwise(ctx context.Context, db *database.DB, wanted product.Wanted) error {
	exec := func(ctx context.Context, tx *sql.Tx, query string, args ...any) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	}
	_, err := database.Write(ctx, db, func(ctx context.Context, tx *sql.Tx) (database.None, error) {
		steps := []func() error{
			func() error {
				return exec(ctx, tx, `SELECT status, items, problem FROM reservations WHERE id = $1 FOR UPDATE`, wanted.ID)
			},
			func() error {
				return exec(ctx, tx, `SELECT id, name, price_cents, stock, version FROM products WHERE id IN ($1, $2, $3)
					ORDER BY id FOR UPDATE`, wanted.Lines[0].ProductID, wanted.Lines[1].ProductID, wanted.Lines[2].ProductID)
			},
		}
		for _, line := range wanted.Lines {
			steps = append(steps, func() error {
				return exec(ctx, tx, `UPDATE products SET stock = stock + $2, version = version + 1 WHERE id = $1`,
					line.ProductID, -line.Quantity)
			})
		}
		steps = append(steps, func() error {
			return exec(ctx, tx, `INSERT INTO reservations (id, status, items, problem, expires_at)
				VALUES ($1, 'held', '[{"product_id":7,"name":"Thing","price":10.00,"quantity":1}]', '', 0)`, wanted.ID)
		})
		for _, step := range steps {
			if err := step(); err != nil {
				return database.None{}, err
			}
		}
		return database.None{}, nil
	})
	if err != nil {
		return err
	}
	_, err = database.Write(ctx, db, func(ctx context.Context, tx *sql.Tx) (database.None, error) {
		err := exec(ctx, tx, `SELECT status, items, problem FROM reservations WHERE id = $1 FOR UPDATE`, wanted.ID)
		if err != nil {
			return database.None{}, err
		}
		return database.None{}, exec(ctx, tx, `UPDATE reservations SET status = 'confirmed' WHERE id = $1`, wanted.ID)
	})
	return err
}
