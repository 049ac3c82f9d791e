package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/order-api/order"
)

// change runs a statement on one order that returns the order if it changed it, and otherwise finds the order as it is.
func (s *Store) change(ctx context.Context, what string, id int64, statement string, args ...any) (
	order.Order, bool, error,
) {
	o, err := database.WriteRow(ctx, s.db, scanRow, statement+` RETURNING `+columns, append([]any{id}, args...)...)
	return s.found(ctx, what, id, o, err)
}

// found is what became of a statement on one order: the order if it changed it, and otherwise the order as it is.
func (s *Store) found(ctx context.Context, what string, id int64, o order.Order, err error) (order.Order, bool, error) {
	switch {
	case err == nil:
		return o, true, nil
	case !errors.Is(err, sql.ErrNoRows):
		return order.Order{}, false, fmt.Errorf("order %d: %s: %w", id, what, err)
	}
	o, err = s.Find(ctx, id)
	return o, false, err
}

// Move implements order.Store.
func (s *Store) Move(ctx context.Context, id int64, step order.Transition) (order.Order, bool, error) {
	items, err := text(step.Items, step.Items != nil)
	if err != nil {
		return order.Order{}, false, err
	}
	problem, err := text(step.Problem, step.Problem != nil)
	if err != nil {
		return order.Order{}, false, err
	}
	due := `NULL`
	if step.To.ReturnsStock() {
		due = `CASE WHEN reservation = '' THEN NULL ELSE ` + s.now() + ` END` // the first orders have reserved nothing
	}
	var from []string
	for _, status := range step.From() {
		from = append(from, `'`+string(status)+`'`)
	}
	if len(from) == 0 {
		found, err := s.Find(ctx, id) // no step leads there
		return found, false, err
	}
	where := `id = $1 AND status IN (` + strings.Join(from, ", ") + `)`
	if step.InLease {
		where += ` AND due_at > ` + s.now()
	}
	o, err := s.announced(ctx, `UPDATE orders SET status = $2, items = coalesce($3, items),
		total_cents = CASE WHEN $3 IS NULL THEN total_cents ELSE $4 END, problem = coalesce($5, problem),
		due_at = `+due+`, history = `+s.recorded(`CAST($2 AS TEXT)`)+` WHERE `+where,
		id, string(step.To), items, int64(step.Total), problem)
	return s.found(ctx, "move", id, o, err)
}

// SetAccess implements order.Store.
func (s *Store) SetAccess(ctx context.Context, id int64, access string) (order.Order, error) {
	o, err := database.Write(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (order.Order, error) {
		o, err := scan(tx.QueryRowContext(ctx, `UPDATE orders SET access = $2 WHERE id = $1 RETURNING `+columns, id, access))
		if err != nil {
			return o, err
		}
		return o, s.record(ctx, tx, "renew link", ofOrder(id), "links from before open nothing any more")
	})
	o, _, err = s.found(ctx, "set access", id, o, err)
	return o, err
}

// Take implements order.Store.
func (s *Store) Take(ctx context.Context, id int64, lease time.Duration) (order.Order, bool, error) {
	return s.change(ctx, "take", id, `UPDATE orders SET due_at = `+s.now()+` + CAST($2 AS BIGINT)
		WHERE id = $1 AND status = 'pending' AND due_at <= `+s.now(), lease.Milliseconds())
}

// Postpone implements order.Store.
func (s *Store) Postpone(ctx context.Context, o order.Order, pause time.Duration) (order.Order, error) {
	found, _, err := s.change(ctx, "postpone", o.ID, `UPDATE orders SET due_at = `+s.now()+` + CAST($2 AS BIGINT)
		WHERE id = $1 AND due_at = $3`, pause.Milliseconds(), o.Due.UnixMilli())
	return found, err
}

// Released implements order.Store.
func (s *Store) Released(ctx context.Context, id int64) error {
	_, _, err := s.change(ctx, "released", id, `UPDATE orders SET due_at = NULL
		WHERE id = $1 AND status IN ('rejected', 'cancelled')`)
	return err
}

// Claim implements order.Store.
func (s *Store) Claim(ctx context.Context, lease time.Duration, most int) ([]order.Claimed, error) {
	claimed, err := database.Write(ctx, s.db, func(ctx context.Context, tx *sql.Tx) ([]order.Claimed, error) {
		rows, err := tx.QueryContext(ctx, `WITH due AS MATERIALIZED (
				SELECT id FROM orders WHERE due_at <= `+s.now()+` ORDER BY due_at LIMIT $2`+s.db.LockingFree()+`)
			UPDATE orders SET due_at = `+s.now()+` + CAST($1 AS BIGINT) WHERE id IN (SELECT id FROM due)
			RETURNING `+columns+`, `+s.now()+` - placed_at`, lease.Milliseconds(), most)
		if err != nil {
			return nil, err
		}
		return database.Collect(rows, scanAged)
	})
	if err != nil {
		return nil, fmt.Errorf("orders: claim: %w", err)
	}
	return claimed, nil
}

// scanAged reads an order and how old it is.
func scanAged(row database.Scanner) (order.Claimed, error) {
	var age int64
	o, err := scan(row, &age)
	return order.Claimed{Order: o, Age: time.Duration(age) * time.Millisecond}, err
}
