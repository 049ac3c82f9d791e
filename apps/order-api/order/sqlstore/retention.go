package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/techcommerce/platform/apps/internal/database"
)

// span is a part of the old orders.
type span struct {
	after int64
	age   time.Duration
	most  int
}

// swept is what became of a span.
type swept struct {
	last  int64
	count int
}

// ForgetKeys implements order.Store.
func (s *Store) ForgetKeys(ctx context.Context, after int64, age time.Duration, most int) (int64, int, error) {
	last, count, err := s.sweep(ctx, span{after, age, most}, `UPDATE orders SET idempotency_key = NULL, client_key = NULL
		WHERE status <> 'pending' AND idempotency_key IS NOT NULL`)
	if err != nil {
		return 0, 0, fmt.Errorf("orders: forget keys: %w", err)
	}
	return last, count, nil
}

// EraseOld implements order.Store.
func (s *Store) EraseOld(ctx context.Context, after int64, age time.Duration, most int) (int64, int, error) {
	last, count, err := s.sweep(ctx, span{after, age, most}, erasing+` AND customer <> '`+nobody+`' AND idempotency_key IS NULL`)
	if err != nil {
		return 0, 0, fmt.Errorf("orders: erase old ones: %w", err)
	}
	return last, count, nil
}

// DeleteRejected implements order.Store.
func (s *Store) DeleteRejected(ctx context.Context, age time.Duration, most int) (int, error) {
	count, err := s.changeRows(ctx, `DELETE FROM orders WHERE id IN (SELECT id FROM orders WHERE status = 'rejected'
		AND due_at IS NULL AND idempotency_key IS NULL AND placed_at < `+s.now()+` - CAST($1 AS BIGINT) ORDER BY id LIMIT $2)`,
		age.Milliseconds(), most)
	if err != nil {
		return 0, fmt.Errorf("orders: delete rejected ones: %w", err)
	}
	return count, nil
}

// sweep runs a statement on the next few old orders. Ids grow with time, so those tell whether there is more to see.
func (s *Store) sweep(ctx context.Context, of span, statement string) (int64, int, error) {
	result, err := database.Write(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (swept, error) {
		old := `placed_at < ` + s.now() + ` - CAST($2 AS BIGINT)`
		var last sql.NullInt64
		if err := tx.QueryRowContext(ctx, `SELECT max(id) FROM (
			SELECT id, placed_at FROM orders WHERE id > $1 ORDER BY id LIMIT $3) AS following WHERE `+old,
			of.after, of.age.Milliseconds(), of.most).Scan(&last); err != nil || !last.Valid {
			return swept{}, err
		}
		count, err := database.Changed(ctx, tx, statement+` AND id > $1 AND id <= $3 AND `+old,
			of.after, of.age.Milliseconds(), last.Int64)
		return swept{last.Int64, count}, err
	})
	return result.last, result.count, err
}
