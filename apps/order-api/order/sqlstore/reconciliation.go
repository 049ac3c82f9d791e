package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/order-api/order"
)

// ByReservation implements order.Store.
func (s *Store) ByReservation(ctx context.Context, names []string) ([]order.Order, error) {
	if len(names) == 0 {
		return nil, nil
	}
	var marks []string
	var args []any
	for i, name := range names {
		marks, args = append(marks, "$"+strconv.Itoa(i+1)), append(args, name)
	}
	return query(ctx, s, "by reservation", func(row database.Scanner) (order.Order, error) { return scan(row) },
		`SELECT `+columns+` FROM orders WHERE reservation IN (`+strings.Join(marks, ", ")+`)`, args...)
}

// Before implements order.Store.
func (s *Store) Before(ctx context.Context, id int64, most int) ([]order.Claimed, error) {
	return query(ctx, s, "before", scanAged, `SELECT `+columns+`, `+s.now()+` - placed_at FROM orders WHERE id < $1
		ORDER BY id DESC LIMIT $2`, id, most)
}

// Schedule implements order.Store.
func (s *Store) Schedule(ctx context.Context, name string, every time.Duration) (bool, error) {
	due, err := database.WriteRow(ctx, s.db, func(row database.Scanner) (bool, error) {
		var name string
		err := row.Scan(&name)
		if errors.Is(err, sql.ErrNoRows) {
			return false, nil
		}
		return err == nil, err
	}, `INSERT INTO schedules (name, due_at) VALUES ($1, `+s.now()+` + CAST($2 AS BIGINT))
		ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at WHERE schedules.due_at <= `+s.now()+` RETURNING name`,
		name, every.Milliseconds())
	if err != nil {
		return false, fmt.Errorf("schedule %s: %w", name, err)
	}
	return due, nil
}

// query reads all rows of one statement.
func query[T any](ctx context.Context, s *Store, what string, read func(database.Scanner) (T, error), statement string,
	args ...any,
) ([]T, error) {
	all, err := database.Read(ctx, s.db, func(ctx context.Context, tx *sql.Tx) ([]T, error) {
		rows, err := tx.QueryContext(ctx, statement, args...)
		if err != nil {
			return nil, err
		}
		return database.Collect(rows, read)
	})
	if err != nil {
		return nil, fmt.Errorf("orders: %s: %w", what, err)
	}
	return all, nil
}
