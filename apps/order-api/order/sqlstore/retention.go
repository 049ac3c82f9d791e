package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/techcommerce/platform/apps/internal/database"
)

type forgotten struct {
	last  int64
	count int64
}

// ForgetKeys implements order.Store. Ids grow with time, so the next few ids tell whether there is more to see.
func (s *Store) ForgetKeys(ctx context.Context, after int64, age time.Duration, most int) (int64, int, error) {
	result, err := database.Write(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (forgotten, error) {
		old := `placed_at < ` + s.now() + ` - CAST($2 AS BIGINT)`
		var last sql.NullInt64
		if err := tx.QueryRowContext(ctx, `SELECT max(id) FROM (
			SELECT id, placed_at FROM orders WHERE id > $1 ORDER BY id LIMIT $3) AS following WHERE `+old,
			after, age.Milliseconds(), most).Scan(&last); err != nil || !last.Valid {
			return forgotten{}, err
		}
		result, err := tx.ExecContext(ctx, `UPDATE orders SET idempotency_key = NULL, client_key = NULL
			WHERE id > $1 AND id <= $3 AND `+old+` AND status <> 'pending' AND idempotency_key IS NOT NULL`,
			after, age.Milliseconds(), last.Int64)
		if err != nil {
			return forgotten{}, err
		}
		count, err := result.RowsAffected()
		return forgotten{last.Int64, count}, err
	})
	if err != nil {
		return 0, 0, fmt.Errorf("orders: forget keys: %w", err)
	}
	return result.last, int(result.count), nil
}
