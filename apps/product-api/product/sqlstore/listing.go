package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/product-api/product"
)

// Reservations implements product.Store.
func (s *Store) Reservations(ctx context.Context, filter product.ReservationFilter) ([]product.Reservation, error) {
	args := []any{filter.After, filter.MinAge.Milliseconds(), filter.Limit}
	first := len(args) + 1
	for _, status := range filter.Statuses {
		args = append(args, string(status))
	}
	query := `SELECT id, status, items, changed_at FROM reservations
		WHERE id > $1 AND changed_at <= ` + s.db.Now() + ` - $2 AND status IN (` + marks(first, len(filter.Statuses)) + `)
		ORDER BY id LIMIT $3`
	page, err := database.Read(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (page []product.Reservation, err error) {
		rows, err := tx.QueryContext(ctx, query, args...)
		if err != nil {
			return nil, err
		}
		return database.Collect(rows, scanReservation)
	})
	if err != nil {
		return nil, fmt.Errorf("reservations: list: %w", err)
	}
	return page, nil
}

func scanReservation(rows database.Scanner) (r product.Reservation, err error) {
	var items string
	var at int64
	if err := rows.Scan(&r.ID, &r.Status, &items, &at); err != nil {
		return r, err
	}
	r.At = time.UnixMilli(at).UTC()
	if r.Items, err = decode(items); err != nil {
		return r, fmt.Errorf("reservation %s: %w", r.ID, err)
	}
	return r, nil
}

// Open implements product.Store.
func (s *Store) Open(ctx context.Context) (int, error) {
	return database.Row(ctx, s.db, database.Scan[int], `SELECT count(*) FROM reservations WHERE status = 'held'`)
}
