// Package sqlstore keeps products and reservations in SQLite or PostgreSQL. The statements are the same for both.
package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

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

const columns = `id, name, price_cents, stock, version`

func scan(row database.Scanner) (product.Product, error) {
	var p product.Product
	err := row.Scan(&p.ID, &p.Name, &p.Price, &p.Stock, &p.Version)
	return p, err
}

// List implements product.Store.
func (s *Store) List(ctx context.Context, f product.Filter) (page []product.Product, total int, err error) {
	pattern := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(f.Search)) + "%"
	type listed struct {
		page  []product.Product
		total int
	}
	outcome, err := database.Read(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (l listed, err error) {
		count := tx.QueryRowContext(ctx, `SELECT count(*) FROM products WHERE search LIKE $1 ESCAPE '\'`, pattern)
		if err := count.Scan(&l.total); err != nil {
			return l, err
		}
		rows, err := tx.QueryContext(ctx, `SELECT `+columns+` FROM products WHERE search LIKE $1 ESCAPE '\'
			ORDER BY id LIMIT $2 OFFSET $3`, pattern, f.Limit, f.Offset)
		if err != nil {
			return l, err
		}
		defer rows.Close() //nolint:errcheck // rows.Err below has what matters
		for rows.Next() {
			p, err := scan(rows)
			if err != nil {
				return l, err
			}
			l.page = append(l.page, p)
		}
		return l, rows.Err()
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
		if err := change.Apply(&p); err != nil {
			return p, err
		}
		_, err = tx.ExecContext(ctx, `UPDATE products SET name = $2, search = $3, price_cents = $4, stock = $5,
			version = $6 WHERE id = $1`, id, p.Name, strings.ToLower(p.Name), p.Price, p.Stock, p.Version)
		return p, err
	})
	if err != nil {
		return product.Product{}, fmt.Errorf("product %d: update: %w", id, err)
	}
	return p, nil
}

func missing(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return product.ErrNotFound
	}
	return err
}
