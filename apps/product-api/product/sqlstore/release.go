package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/product-api/product"
)

// Confirm implements product.Store.
func (s *Store) Confirm(ctx context.Context, id string) (product.Reservation, error) {
	r, err := database.WriteRow(ctx, s.db, func(row database.Scanner) (product.Reservation, error) {
		return scanItems(row, id, product.Confirmed)
	}, `UPDATE reservations SET status = 'confirmed',
			changed_at = CASE status WHEN 'held' THEN `+s.db.Now()+` ELSE changed_at END
		WHERE id = $1 AND status IN ('held', 'confirmed') RETURNING items`, id)
	if errors.Is(err, sql.ErrNoRows) {
		err = product.ErrNotHeld
	}
	if err != nil {
		return product.Reservation{}, fmt.Errorf("reservation %s: confirm: %w", id, err)
	}
	return r, nil
}

// Release implements product.Store.
func (s *Store) Release(ctx context.Context, id string) (product.Reservation, error) {
	for range attempts {
		r, err := s.giveBack(ctx, id, product.Released)
		if errors.Is(err, sql.ErrNoRows) {
			r, err = s.forsake(ctx, id)
		}
		if errors.Is(err, sql.ErrNoRows) {
			continue // it was taken in between
		}
		if err != nil {
			return product.Reservation{}, fmt.Errorf("reservation %s: release: %w", id, err)
		}
		return r, nil
	}
	return product.Reservation{}, fmt.Errorf("reservation %s: release: %w", id, errBusy)
}

// forsake marks a reservation released that has nothing to give back, known or not. It returns sql.ErrNoRows for one
// that has.
func (s *Store) forsake(ctx context.Context, id string) (product.Reservation, error) {
	return database.WriteRow(ctx, s.db, func(row database.Scanner) (product.Reservation, error) {
		return scanItems(row, id, product.Released)
	}, `INSERT INTO reservations (id, status, items, expires_at, changed_at)
		VALUES ($1, 'released', '[]', 0, `+s.db.Now()+`)
		ON CONFLICT (id) DO UPDATE SET status = 'released',
			changed_at = CASE reservations.status WHEN 'released' THEN reservations.changed_at ELSE excluded.changed_at END
		WHERE reservations.status NOT IN ('held', 'confirmed') RETURNING items`, id)
}

// Expire implements product.Store. Each reservation is its own transaction, so that none holds the products of another
// for longer than its own.
func (s *Store) Expire(ctx context.Context) (expired int, err error) {
	const most = 100
	for {
		due, err := s.due(ctx, most)
		if err != nil {
			return expired, fmt.Errorf("reservations: expire: %w", err)
		}
		for _, id := range due {
			_, err := s.giveBack(ctx, id, product.Expired)
			if errors.Is(err, sql.ErrNoRows) {
				continue // somebody else was quicker
			}
			if err != nil {
				return expired, fmt.Errorf("reservation %s: expire: %w", id, err)
			}
			expired++
		}
		if len(due) < most {
			return expired, nil
		}
	}
}

// due are the ids of held reservations whose time has come.
func (s *Store) due(ctx context.Context, most int) ([]string, error) {
	return database.Read(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (ids []string, err error) {
		rows, err := tx.QueryContext(ctx, `SELECT id FROM reservations
			WHERE status = 'held' AND expires_at <= `+s.db.Now()+` ORDER BY expires_at LIMIT $1`, most)
		if err != nil {
			return nil, err
		}
		return database.Collect(rows, database.Scan[string])
	})
}

// givable is the condition on a reservation that may become what $2 says: released if it has taken anything, expired if
// it is held and its time has come.
func (s *Store) givable() string {
	return `reservations.id = $1 AND (reservations.status = 'held' OR reservations.status = 'confirmed' AND $2 = 'released')
		AND ($2 = 'released' OR reservations.expires_at <= ` + s.db.Now() + `)`
}

// giveBack puts what a reservation has taken back into stock, released or expired. It returns sql.ErrNoRows for one that
// has taken nothing, or may not expire yet.
func (s *Store) giveBack(ctx context.Context, id string, status product.Hold) (product.Reservation, error) {
	if s.db.WritesInQueries() {
		return s.giveBackAtOnce(ctx, id, status)
	}
	return database.Write(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (product.Reservation, error) {
		r, err := scanItems(tx.QueryRowContext(ctx, `UPDATE reservations SET status = $2, changed_at = `+s.db.Now()+`
			WHERE `+s.givable()+` RETURNING items`, id, status), id, status)
		if err != nil {
			return r, err
		}
		var items string
		row := tx.QueryRowContext(ctx, `SELECT items FROM reservations WHERE id = $1`, id)
		if err := row.Scan(&items); err != nil {
			return r, err
		}
		return r, move(ctx, tx, items, 1)
	})
}

// giveBackAtOnce is one statement. The items that it gives back are those that it saw when it began, so the reservation
// must still have just these when it is locked.
func (s *Store) giveBackAtOnce(ctx context.Context, id string, status product.Hold) (product.Reservation, error) {
	return database.WriteRow(ctx, s.db, func(row database.Scanner) (product.Reservation, error) {
		return scanItems(row, id, status)
	}, `WITH known AS (
			SELECT items FROM reservations WHERE `+s.givable()+`
		), lines AS (
			SELECT (line ->> 'product_id')::bigint AS id, (line ->> 'quantity')::bigint AS quantity
			FROM known, json_array_elements(items::json) AS line
		), locked AS MATERIALIZED (
			SELECT id FROM products WHERE id IN (SELECT id FROM lines) ORDER BY id FOR NO KEY UPDATE
		), given AS (
			UPDATE reservations SET status = $2, changed_at = `+s.db.Now()+` FROM known
			WHERE `+s.givable()+` AND reservations.items = known.items AND (SELECT count(*) FROM locked) >= 0
			RETURNING reservations.items
		), returned AS (
			UPDATE products SET `+given(`quantity`)+` FROM lines, given WHERE products.id = lines.id
		)
		SELECT items FROM given`, id, string(status))
}
