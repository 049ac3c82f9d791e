package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/product-api/product"
)

// attempts is how often an operation of several statements begins anew because another request came in between.
const attempts = 10

// errBusy says that others came in between each time.
var errBusy = fault.Down("The store is too busy", nil)

// Reserve implements product.Store. It first takes everything in one transaction, which is all that a sale needs; what
// cannot be taken is either known already or refused. Each step is atomic and leaves a state from which any other
// request under the same id goes on, so nothing has to be undone between them.
//
// Whatever writes to both tables locks products first, by ascending id, and the reservation last: then no two requests
// wait for each other.
func (s *Store) Reserve(ctx context.Context, wanted product.Wanted) (product.Reservation, error) {
	reserved, err := s.reserve(ctx, wanted)
	if err != nil {
		return product.Reservation{}, fmt.Errorf("reservation %s: reserve: %w", wanted.ID, err)
	}
	return reserved, nil
}

func (s *Store) reserve(ctx context.Context, wanted product.Wanted) (product.Reservation, error) {
	if err := wanted.Check(); err != nil {
		return product.Reservation{}, err
	}
	for range attempts {
		reserved, err := s.take(ctx, wanted)
		if !errors.Is(err, sql.ErrNoRows) {
			return reserved, err
		}
		found, products, err := s.look(ctx, wanted)
		if err != nil {
			return product.Reservation{}, err
		}
		if found.exists && found.Status != product.Expired {
			reserved, err := s.again(ctx, found, wanted)
			if errors.Is(err, product.ErrNotHeld) {
				continue // it expired in between, and may be made anew
			}
			return reserved, err
		}
		_, refusal := wanted.Allot(products)
		if refusal == nil {
			continue // what was missing has come back
		}
		if err := s.refuse(ctx, wanted, refusal); !errors.Is(err, sql.ErrNoRows) {
			return product.Reservation{}, errors.Join(err, refusal)
		}
	}
	return product.Reservation{}, errBusy
}

// again answers who asks once more for what is there already.
func (s *Store) again(ctx context.Context, found kept, wanted product.Wanted) (product.Reservation, error) {
	switch {
	case found.Status == product.Refused:
		return product.Reservation{}, found.refusal()
	case found.Status == product.Released:
		return product.Reservation{}, product.ErrReleased
	case !found.Same(wanted.Lines):
		return product.Reservation{}, product.ErrOther
	case found.Status == product.Held && wanted.Confirm:
		return s.Confirm(ctx, wanted.ID)
	}
	return found.Reservation, nil
}

// kept is a reservation as the database has it.
type kept struct {
	product.Reservation
	problem string
	exists  bool
}

// refusal is why it was refused. Amounts in it stay as they were written.
func (k kept) refusal() error {
	var refusal fault.Error
	decoder := json.NewDecoder(strings.NewReader(k.problem))
	decoder.UseNumber()
	if err := decoder.Decode(&refusal); err != nil {
		return fmt.Errorf("stored problem: %w", err)
	}
	return &refusal
}

// look reads what decides about a reservation that could not simply be taken.
func (s *Store) look(ctx context.Context, wanted product.Wanted) (kept, map[int64]product.Product, error) {
	type seen struct {
		found    kept
		products map[int64]product.Product
	}
	outcome, err := database.Read(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (outcome seen, err error) {
		outcome.found, err = reservation(ctx, tx, wanted.ID)
		if err != nil || outcome.found.exists && outcome.found.Status != product.Expired {
			return outcome, err
		}
		outcome.products, err = products(ctx, tx, wanted.Lines)
		return outcome, err
	})
	return outcome.found, outcome.products, err
}

// reservation reads one.
func reservation(ctx context.Context, tx *sql.Tx, id string) (kept, error) {
	k := kept{Reservation: product.Reservation{ID: id}}
	var items string
	row := tx.QueryRowContext(ctx, `SELECT status, items, problem FROM reservations WHERE id = $1`, id)
	err := row.Scan(&k.Status, &items, &k.problem)
	if errors.Is(err, sql.ErrNoRows) {
		return k, nil
	}
	k.exists = true
	if err == nil {
		k.Items, err = decode(items)
	}
	return k, err
}

func products(ctx context.Context, tx *sql.Tx, lines []product.Line) (map[int64]product.Product, error) {
	var ids []any
	for _, line := range lines {
		ids = append(ids, line.ProductID)
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+columns+` FROM products WHERE id IN (`+marks(1, len(ids))+`)`, ids...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err below has what matters
	found := map[int64]product.Product{}
	for rows.Next() {
		p, err := scan(rows)
		if err != nil {
			return nil, err
		}
		found[p.ID] = p
	}
	return found, rows.Err()
}

// refuse remembers a refusal for good. sql.ErrNoRows says that there is a reservation by now.
func (s *Store) refuse(ctx context.Context, wanted product.Wanted, refusal error) error {
	problem, err := json.Marshal(fault.As(refusal))
	if err != nil {
		return err
	}
	_, err = database.WriteRow(ctx, s.db, database.Scan[string],
		`INSERT INTO reservations (id, status, items, problem, expires_at, changed_at)
		VALUES ($1, 'refused', '[]', $2, 0, `+s.db.Now()+`)
		ON CONFLICT (id) DO UPDATE SET status = excluded.status, items = excluded.items, problem = excluded.problem,
			changed_at = excluded.changed_at
		WHERE reservations.status = 'expired' RETURNING id`, wanted.ID, string(problem))
	return err
}

func decode(items string) (decoded []product.Item, err error) {
	if err := json.Unmarshal([]byte(items), &decoded); err != nil {
		return nil, fmt.Errorf("stored items: %w", err)
	}
	return decoded, nil
}

// marks are so many placeholders from a number on.
func marks(from, count int) string {
	var list []string
	for i := range count {
		list = append(list, fmt.Sprintf("$%d", from+i))
	}
	return strings.Join(list, ", ")
}
