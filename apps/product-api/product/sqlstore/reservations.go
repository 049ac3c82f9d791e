package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/product-api/product"
)

// kept is a reservation as the database has it.
type kept struct {
	product.Reservation
	problem string
	exists  bool
}

// Reserve implements product.Store.
func (s *Store) Reserve(ctx context.Context, id string, lines []product.Line, until time.Time) (
	reserved product.Reservation, err error,
) {
	var refused error
	err = s.db.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		found, err := s.reservation(ctx, tx, id)
		if err != nil {
			return err
		}
		if found.exists && found.Status != product.Expired {
			reserved = found.Reservation
			return found.again(lines)
		}
		reserved, refused, err = s.allot(ctx, tx, id, lines)
		if err != nil {
			return err
		}
		return keep(ctx, tx, reserved, refused, until)
	})
	if err = errors.Join(err, refused); err != nil {
		return product.Reservation{}, fmt.Errorf("reservation %s: reserve: %w", id, err)
	}
	return reserved, nil
}

// again is the outcome of asking once more for what is there already: nil if it is held or confirmed.
func (k kept) again(lines []product.Line) error {
	switch k.Status {
	case product.Refused:
		var problem fault.Error
		if err := json.Unmarshal([]byte(k.problem), &problem); err != nil {
			return fmt.Errorf("stored problem: %w", err)
		}
		return &problem
	case product.Released:
		return product.ErrReleased
	}
	if !k.Same(lines) {
		return product.ErrOther
	}
	return nil
}

// allot takes the lines out of stock, or says in refused why it cannot. Products are locked by ascending id, so that
// two orders never wait for each other.
func (s *Store) allot(ctx context.Context, tx *sql.Tx, id string, lines []product.Line) (
	reserved product.Reservation, refused, err error,
) {
	products, err := s.lockProducts(ctx, tx, lines)
	if err != nil {
		return reserved, nil, err
	}
	items, refused := product.Allot(lines, products)
	if refused != nil {
		return product.Reservation{ID: id, Status: product.Refused}, refused, nil
	}
	reserved = product.Reservation{ID: id, Status: product.Held, Items: items}
	return reserved, nil, move(ctx, tx, reserved, -1)
}

func (s *Store) lockProducts(ctx context.Context, tx *sql.Tx, lines []product.Line) (
	map[int64]product.Product, error,
) {
	var marks []string
	var ids []any
	for i, line := range lines {
		marks = append(marks, fmt.Sprintf("$%d", i+1))
		ids = append(ids, line.ProductID)
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+columns+` FROM products
		WHERE id IN (`+strings.Join(marks, ", ")+`) ORDER BY id`+s.db.Locking(), ids...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err below has what matters
	products := map[int64]product.Product{}
	for rows.Next() {
		p, err := scan(rows)
		if err != nil {
			return nil, err
		}
		products[p.ID] = p
	}
	return products, rows.Err()
}

// move adds the reservation's quantities to stock, or takes them out with sign -1.
func move(ctx context.Context, tx *sql.Tx, r product.Reservation, sign int64) error {
	for _, item := range r.Ordered() {
		if _, err := tx.ExecContext(ctx, `UPDATE products SET stock = stock + $2, version = version + 1
			WHERE id = $1`, item.ProductID, sign*item.Quantity); err != nil {
			return err
		}
	}
	return nil
}

// keep writes a reservation, over an expired one of the same id. Where another request made one meanwhile, the
// transaction must look again.
func keep(ctx context.Context, tx *sql.Tx, r product.Reservation, refused error, until time.Time) error {
	items, err := json.Marshal(r.Items)
	if err != nil {
		return err
	}
	problem := ""
	if refused != nil {
		text, err := json.Marshal(fault.As(refused))
		if err != nil {
			return err
		}
		problem = string(text)
	}
	result, err := tx.ExecContext(ctx, `INSERT INTO reservations (id, status, items, problem, expires_at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO UPDATE SET status = excluded.status, items = excluded.items,
			problem = excluded.problem, expires_at = excluded.expires_at
		WHERE reservations.status = 'expired'`, r.ID, r.Status, string(items), problem, until.UnixMilli())
	if err != nil {
		return err
	}
	if written, err := result.RowsAffected(); err != nil || written == 0 {
		return errors.Join(err, database.ErrAgain)
	}
	return nil
}

// reservation locks and reads one.
func (s *Store) reservation(ctx context.Context, tx *sql.Tx, id string) (kept, error) {
	k := kept{Reservation: product.Reservation{ID: id}}
	var items string
	row := tx.QueryRowContext(ctx, `SELECT status, items, problem FROM reservations WHERE id = $1`+s.db.Locking(), id)
	err := row.Scan(&k.Status, &items, &k.problem)
	if errors.Is(err, sql.ErrNoRows) {
		return k, nil
	}
	if err != nil {
		return k, err
	}
	k.exists = true
	if err := json.Unmarshal([]byte(items), &k.Items); err != nil {
		return k, fmt.Errorf("stored items: %w", err)
	}
	return k, nil
}

func setStatus(ctx context.Context, tx *sql.Tx, id string, status product.Hold) error {
	_, err := tx.ExecContext(ctx, `UPDATE reservations SET status = $2 WHERE id = $1`, id, status)
	return err
}

// Confirm implements product.Store.
func (s *Store) Confirm(ctx context.Context, id string) (r product.Reservation, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		found, err := s.reservation(ctx, tx, id)
		if err != nil {
			return err
		}
		r = found.Reservation
		switch {
		case found.Status == product.Confirmed:
			return nil
		case found.Status != product.Held:
			return product.ErrNotHeld
		}
		r.Status = product.Confirmed
		return setStatus(ctx, tx, id, r.Status)
	})
	if err != nil {
		return product.Reservation{}, fmt.Errorf("reservation %s: confirm: %w", id, err)
	}
	return r, nil
}

// Release implements product.Store.
func (s *Store) Release(ctx context.Context, id string) (r product.Reservation, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		found, err := s.reservation(ctx, tx, id)
		if err != nil {
			return err
		}
		r = found.Reservation
		held := r.Status == product.Held || r.Status == product.Confirmed
		r.Status = product.Released
		if !found.exists {
			return keep(ctx, tx, r, nil, time.Time{})
		}
		if held {
			if err := move(ctx, tx, r, 1); err != nil {
				return err
			}
		}
		return setStatus(ctx, tx, id, r.Status)
	})
	if err != nil {
		return product.Reservation{}, fmt.Errorf("reservation %s: release: %w", id, err)
	}
	return r, nil
}

// Expire implements product.Store. Each reservation is its own transaction: one that locked several would lock their
// products in no particular order.
func (s *Store) Expire(ctx context.Context, now time.Time) (int, error) {
	for expired := 0; ; expired++ {
		found := false
		err := s.db.Write(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
			found, err = s.expireOne(ctx, tx, now)
			return err
		})
		if err != nil || !found {
			return expired, err
		}
	}
}

func (s *Store) expireOne(ctx context.Context, tx *sql.Tx, now time.Time) (found bool, err error) {
	var id string
	err = tx.QueryRowContext(ctx, `SELECT id FROM reservations WHERE status = 'held' AND expires_at <= $1
		ORDER BY expires_at LIMIT 1`+s.db.LockingFree(), now.UnixMilli()).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	r, err := s.reservation(ctx, tx, id)
	if err != nil {
		return false, err
	}
	if err := move(ctx, tx, r.Reservation, 1); err != nil {
		return false, err
	}
	return true, setStatus(ctx, tx, id, product.Expired)
}

// Open implements product.Store.
func (s *Store) Open(ctx context.Context) (count int, err error) {
	scan := func(row *sql.Row) error { return row.Scan(&count) }
	err = s.db.Row(ctx, scan, `SELECT count(*) FROM reservations WHERE status = 'held'`)
	return count, err
}
