package sqlstore

import (
	"context"

	"github.com/techcommerce/platform/apps/internal/database"
)

// Seed gives a demo's empty shop its first products, once, and tells whether it did.
func (s *Store) Seed(ctx context.Context) (filled bool, err error) {
	return s.db.Seed(ctx, database.Seed{Name: "demo", Table: "products", Next: 6,
		Rows: `INSERT INTO products (id, name, search, price_cents, stock) VALUES
			(1, 'Laptop', 'laptop', 99999, 50),
			(2, 'Mouse', 'mouse', 2999, 200),
			(3, 'Keyboard', 'keyboard', 7999, 150),
			(4, 'Monitor', 'monitor', 29999, 75),
			(5, 'Headphones', 'headphones', 14999, 100)`,
	})
}
