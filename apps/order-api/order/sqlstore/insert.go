package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/order-api/order"
)

// Insert implements order.Store. It is one statement unless the key is known.
func (s *Store) Insert(ctx context.Context, o order.Order, lease time.Duration) (
	kept order.Order, created bool, err error,
) {
	// Releases that know no callers look for the key as it was sent, so that is how it is kept, if it is free. Else it
	// is kept in a form that no client can send.
	for _, key := range []string{o.Key, o.Scope + " " + o.Key} {
		kept, err = s.insert(ctx, o, key, lease)
		if err == nil {
			return kept, true, nil
		}
		if errors.Is(err, sql.ErrNoRows) {
			kept, err = s.byKey(ctx, o)
		}
		if !errors.Is(err, sql.ErrNoRows) {
			break
		}
	}
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.Down("The store is too busy", err) // the key was forgotten at this very moment
	}
	if err != nil {
		return order.Order{}, false, fmt.Errorf("order: insert: %w", err)
	}
	return kept, false, nil
}

// insert keeps a new order, and returns sql.ErrNoRows where its key is taken. The condition saves an id where it is.
func (s *Store) insert(ctx context.Context, o order.Order, key string, lease time.Duration) (order.Order, error) {
	items, err := text(o.Items, true)
	if err != nil {
		return order.Order{}, err
	}
	keyed := o.Key != ""
	var expected sql.NullInt64
	if o.Expected != nil {
		expected = sql.NullInt64{Int64: int64(*o.Expected), Valid: true}
	}
	return s.announced(ctx, `INSERT INTO orders (customer, items, total_cents, status, placed_at,
		idempotency_key, key_scope, client_key, fingerprint, reservation, expected_cents, due_at, owner, access)
		SELECT $1, $2, 0, 'pending', `+s.now()+`, $3, $4, $5, $6, $7, CAST($8 AS BIGINT), `+s.now()+` + CAST($9 AS BIGINT),
			$10, $11
		WHERE NOT EXISTS (SELECT 1 FROM orders WHERE idempotency_key = $3)
		ON CONFLICT DO NOTHING`,
		o.Customer, items.String, sql.NullString{String: key, Valid: keyed}, sql.NullString{String: o.Scope, Valid: keyed},
		sql.NullString{String: o.Key, Valid: keyed}, o.Fingerprint, o.Reservation, expected, lease.Milliseconds(),
		sql.NullString{String: o.Owner, Valid: o.Owner != ""}, sql.NullString{String: o.Access, Valid: o.Access != ""})
}

// byKey finds the order of the same caller and key. One of a release that knew no callers counts if it is for the same
// thing, or if this caller is unknown too.
func (s *Store) byKey(ctx context.Context, o order.Order) (order.Order, error) {
	return database.Row(ctx, s.db, scanRow, `SELECT `+columns+` FROM orders WHERE (key_scope = $1 AND client_key = $2)
		OR (idempotency_key = $2 AND key_scope IS NULL AND ($1 = '' OR fingerprint = $3))`, o.Scope, o.Key, o.Fingerprint)
}

func scanRow(row database.Scanner) (order.Order, error) { return scan(row) }
