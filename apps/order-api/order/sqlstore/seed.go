package sqlstore

import (
	"context"

	"github.com/techcommerce/platform/apps/internal/database"
)

// Seed gives a demo's empty store its first orders, once, and tells whether it did. Their items add up to their totals,
// and have never reserved any stock.
func (s *Store) Seed(ctx context.Context) (filled bool, err error) {
	return s.db.Seed(ctx, database.Seed{Name: "demo", Table: "orders", Next: 4,
		Rows: `INSERT INTO orders (id, customer, items, total_cents, status, placed_at) VALUES
			(1, 'John Doe', '[{"product_id":1,"name":"Laptop","price":999.99,"quantity":1},'
				|| '{"product_id":4,"name":"Monitor","price":299.99,"quantity":1}]', 129998, 'delivered', 1727740800000),
			(2, 'Jane Smith', '[{"product_id":3,"name":"Keyboard","price":79.99,"quantity":1}]',
				7999, 'processing', 1728518400000),
			(3, 'Bob Johnson', '[{"product_id":4,"name":"Monitor","price":299.99,"quantity":1},'
				|| '{"product_id":5,"name":"Headphones","price":149.99,"quantity":2}]', 59997, 'shipped', 1728345600000)`,
	})
}
