// Package sqlstore keeps products and reservations in SQLite or PostgreSQL. The statements are the same for both.
package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/techcommerce/platform/apps/internal/audit"
	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/product-api/product"
)

//go:embed migrations
var files embed.FS

// Store is a product.Store.
type Store struct{ db *database.DB }

var _ product.Store = (*Store)(nil)

// New keeps things in a database, which Migrate must have seen first.
func New(db *database.DB) *Store { return &Store{db} }

// Migrate brings the schema up to date.
func (s *Store) Migrate(ctx context.Context) error {
	migrations, err := fs.Sub(files, "migrations")
	if err != nil {
		return err
	}
	return s.db.Migrate(ctx, migrations)
}

const columns = `id, name, price_cents, stock + coalesce(withdrawn, 0), version, withdrawn IS NOT NULL`

func scan(row database.Scanner) (product.Product, error) {
	var p product.Product
	err := row.Scan(&p.ID, &p.Name, &p.Price, &p.Stock, &p.Version, &p.Withdrawn)
	return p, err
}

// List implements product.Store.
func (s *Store) List(ctx context.Context, f product.Filter) (page []product.Product, total int, err error) {
	pattern := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(f.Search)) + "%"
	where := `search LIKE $1 ESCAPE '\'`
	if !f.Withdrawn {
		where += ` AND withdrawn IS NULL`
	}
	type listed struct {
		page  []product.Product
		total int
	}
	outcome, err := database.Read(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (l listed, err error) {
		count := tx.QueryRowContext(ctx, `SELECT count(*) FROM products WHERE `+where, pattern)
		if err := count.Scan(&l.total); err != nil {
			return l, err
		}
		rows, err := tx.QueryContext(ctx, `SELECT `+columns+` FROM products WHERE `+where+`
			ORDER BY id LIMIT $2 OFFSET $3`, pattern, f.Limit, f.Offset)
		if err != nil {
			return l, err
		}
		l.page, err = database.Collect(rows, scan)
		return l, err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("products: list: %w", err)
	}
	return outcome.page, outcome.total, nil
}

// Find implements product.Store.
func (s *Store) Find(ctx context.Context, id int64) (product.Product, error) {
	p, err := database.Row(ctx, s.db, func(row database.Scanner) (product.Product, error) {
		p, err := scan(row)
		return p, missing(err)
	}, `SELECT `+columns+` FROM products WHERE id = $1`, id)
	if err != nil {
		return product.Product{}, fmt.Errorf("product %d: find: %w", id, err)
	}
	return p, nil
}

// Update implements product.Store.
func (s *Store) Update(ctx context.Context, id int64, change product.Change) (product.Product, error) {
	p, err := database.Write(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (product.Product, error) {
		p, err := scan(tx.QueryRowContext(ctx,
			`SELECT `+columns+` FROM products WHERE id = $1`+s.db.Locking(), id))
		if err != nil {
			return p, missing(err)
		}
		before := p
		if err := change.Apply(&p); err != nil {
			return p, err
		}
		stock, withdrawn := shelves(p)
		_, err = tx.ExecContext(ctx, `UPDATE products SET name = $2, search = $3, price_cents = $4, version = $5, stock = $6,
			withdrawn = $7 WHERE id = $1`, id, p.Name, strings.ToLower(p.Name), p.Price, p.Version, stock, withdrawn)
		return p, errors.Join(err, s.record(ctx, tx, id, "edit", p.Since(before)))
	})
	if err != nil {
		return product.Product{}, fmt.Errorf("product %d: update: %w", id, err)
	}
	return p, nil
}

// record records what the shop's owner did to a product.
func (s *Store) record(ctx context.Context, tx *sql.Tx, id int64, action, detail string) error {
	return audit.Record(ctx, tx, s.db.Now(), audit.Action{Name: action, Subject: "product " + strconv.FormatInt(id, 10), Detail: detail})
}

// shelves says where what is in stock of a product stands: for sale, or set aside.
func shelves(p product.Product) (stock int64, withdrawn sql.NullInt64) {
	if p.Withdrawn {
		return 0, sql.NullInt64{Int64: p.Stock, Valid: true}
	}
	return p.Stock, sql.NullInt64{}
}

func missing(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return product.ErrNotFound
	}
	return err
}
