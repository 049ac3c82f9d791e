// Package sqlstore keeps orders in SQLite or PostgreSQL. The statements are the same for both.
package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/order-api/order"
)

//go:embed migrations
var files embed.FS

// Store is an order.Store.
type Store struct{ db *database.DB }

var _ order.Store = (*Store)(nil)

// New keeps orders in a database, which Migrate must have seen first.
func New(db *database.DB) *Store { return &Store{db} }

// Migrate brings the schema up to date. The first version brings the orders of the shop before this one.
func (s *Store) Migrate(ctx context.Context) error {
	migrations, err := fs.Sub(files, "migrations")
	if err != nil {
		return err
	}
	return s.db.Migrate(ctx, migrations)
}

// Insert implements order.Store.
func (s *Store) Insert(ctx context.Context, o order.Order) (kept order.Order, created bool, err error) {
	fresh, err := write(o)
	if err != nil {
		return order.Order{}, false, err
	}
	type inserted struct {
		order   order.Order
		created bool
	}
	outcome, err := database.Write(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (inserted, error) {
		known, err := byKey(ctx, tx, o.Key)
		if !errors.Is(err, sql.ErrNoRows) {
			return inserted{known, false}, err
		}
		made, err := scan(tx.QueryRowContext(ctx, `INSERT INTO orders
			(customer, items, total_cents, status, placed_at, idempotency_key, fingerprint, reservation, due_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (idempotency_key) DO NOTHING RETURNING `+columns,
			o.Customer, fresh.items, o.Total, o.Status, o.Placed.UnixMilli(),
			sql.NullString{String: o.Key, Valid: o.Key != ""}, o.Fingerprint, o.Reservation, fresh.due))
		if errors.Is(err, sql.ErrNoRows) {
			return inserted{}, database.ErrAgain // another request with the key came in between
		}
		return inserted{made, true}, err
	})
	if err != nil {
		return order.Order{}, false, fmt.Errorf("order: insert: %w", err)
	}
	return outcome.order, outcome.created, nil
}

// byKey looks before the insert does: an insert that finds its key taken would use up an id.
func byKey(ctx context.Context, tx *sql.Tx, key string) (order.Order, error) {
	if key == "" {
		return order.Order{}, sql.ErrNoRows
	}
	return scan(tx.QueryRowContext(ctx, `SELECT `+columns+` FROM orders WHERE idempotency_key = $1`, key))
}

// Find implements order.Store.
func (s *Store) Find(ctx context.Context, id int64) (order.Order, error) {
	o, err := database.Row(ctx, s.db, func(row *sql.Row) (order.Order, error) {
		o, err := scan(row)
		return o, missing(err)
	}, `SELECT `+columns+` FROM orders WHERE id = $1`, id)
	if err != nil {
		return order.Order{}, fmt.Errorf("order %d: find: %w", id, err)
	}
	return o, nil
}

// List implements order.Store.
func (s *Store) List(ctx context.Context, f order.Filter) (page []order.Order, total int, err error) {
	const where = ` FROM orders WHERE ($1 = '' OR customer = $1) AND ($2 = '' OR status = $2)`
	type listed struct {
		page  []order.Order
		total int
	}
	outcome, err := database.Read(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (l listed, err error) {
		if err := tx.QueryRowContext(ctx, `SELECT count(*)`+where, f.Customer, string(f.Status)).
			Scan(&l.total); err != nil {
			return l, err
		}
		rows, err := tx.QueryContext(ctx, `SELECT `+columns+where+` ORDER BY id DESC LIMIT $3 OFFSET $4`,
			f.Customer, string(f.Status), f.Limit, f.Offset)
		if err != nil {
			return l, err
		}
		l.page, err = scanAll(rows)
		return l, err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("orders: list: %w", err)
	}
	return outcome.page, outcome.total, nil
}

// Change implements order.Store.
func (s *Store) Change(ctx context.Context, id int64, change func(*order.Order) error) (order.Order, error) {
	o, err := database.Write(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (order.Order, error) {
		o, err := scan(tx.QueryRowContext(ctx, `SELECT `+columns+` FROM orders WHERE id = $1`+s.db.Locking(), id))
		if err != nil {
			return o, missing(err)
		}
		if err := change(&o); err != nil {
			return o, err
		}
		changed, err := write(o)
		if err != nil {
			return o, err
		}
		_, err = tx.ExecContext(ctx, `UPDATE orders SET items = $2, total_cents = $3, status = $4, problem = $5,
			due_at = $6 WHERE id = $1`, id, changed.items, o.Total, o.Status, changed.problem, changed.due)
		return o, err
	})
	if err != nil {
		return order.Order{}, fmt.Errorf("order %d: change: %w", id, err)
	}
	return o, nil
}

// Claim implements order.Store.
func (s *Store) Claim(ctx context.Context, now, until time.Time, most int) ([]order.Order, error) {
	claimed, err := database.Write(ctx, s.db, func(ctx context.Context, tx *sql.Tx) ([]order.Order, error) {
		rows, err := tx.QueryContext(ctx, `UPDATE orders SET due_at = $2 WHERE id IN (
			SELECT id FROM orders WHERE due_at <= $1 ORDER BY due_at LIMIT $3`+s.db.LockingFree()+`)
			RETURNING `+columns, now.UnixMilli(), until.UnixMilli(), most)
		if err != nil {
			return nil, err
		}
		return scanAll(rows)
	})
	if err != nil {
		return nil, fmt.Errorf("orders: claim: %w", err)
	}
	return claimed, nil
}

// Backlog implements order.Store.
func (s *Store) Backlog(ctx context.Context) (order.Backlog, error) {
	return database.Row(ctx, s.db, func(row *sql.Row) (backlog order.Backlog, err error) {
		var oldest sql.NullInt64
		err = row.Scan(&backlog.Count, &oldest)
		if oldest.Valid {
			backlog.Oldest = time.UnixMilli(oldest.Int64)
		}
		return backlog, err
	}, `SELECT count(*), min(placed_at) FROM orders WHERE status = 'pending'`)
}

func missing(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return order.ErrNotFound
	}
	return err
}
