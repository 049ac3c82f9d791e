package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/techcommerce/platform/apps/internal/database"
)

// nobody is the customer of an order whose own was erased.
const nobody = "Erased"

// erasing removes who placed orders that have ended.
const erasing = `UPDATE orders SET customer = '` + nobody + `', owner = NULL, access = NULL, idempotency_key = NULL, key_scope = NULL,
	client_key = NULL, fingerprint = '' WHERE status IN ('delivered', 'rejected', 'cancelled') AND due_at IS NULL`

type erasure struct{ erased, left int }

// Erase implements order.Store. An order with stock still to give back has not ended. Its secrets and its keys go with the
// name, for they lead to the visitor.
func (s *Store) Erase(ctx context.Context, customer string) (int, int, error) {
	if customer == nobody {
		return 0, 0, nil
	}
	result, err := database.Write(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (done erasure, err error) {
		if done.erased, err = database.Changed(ctx, tx, erasing+` AND customer = $1`, customer); err != nil {
			return done, err
		}
		row := tx.QueryRowContext(ctx, `SELECT count(*) FROM orders WHERE customer = $1`, customer)
		if err := row.Scan(&done.left); err != nil {
			return done, err
		}
		detail := fmt.Sprintf("%d orders erased, %d left", done.erased, done.left)
		return done, s.record(ctx, tx, "erase", "a customer", detail) // who it was is what is erased
	})
	if err != nil {
		return 0, 0, fmt.Errorf("orders: erase a customer: %w", err) // without the name, which is to be in no log
	}
	return result.erased, result.left, nil
}
