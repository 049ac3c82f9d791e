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

// Migrate brings the schema up to date. The first version brings the shop's first products.
func (s *Store) Migrate(ctx context.Context) error {
	migrations, err := fs.Sub(files, "migrations")
	if err != nil {
		return err
	}
	return s.db.Migrate(ctx, migrations)
}

const columns = `id, name, price_cents, stock, version`

func scan(row interface{ Scan(...any) error }) (product.Product, error) {
	var p product.Product
	err := row.Scan(&p.ID, &p.Name, &p.Price, &p.Stock, &p.Version)
	return p, err
}

// List implements product.Store.
func (s *Store) List(ctx context.Context, f product.Filter) (page []product.Product, total int, err error) {
	pattern := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(f.Search)) + "%"
	err = s.db.Read(ctx, func(ctx context.Context, tx *sql.Tx) error {
		page = nil
		count := tx.QueryRowContext(ctx, `SELECT count(*) FROM products WHERE search LIKE $1 ESCAPE '\'`, pattern)
		if err := count.Scan(&total); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT `+columns+` FROM products WHERE search LIKE $1 ESCAPE '\'
			ORDER BY id LIMIT $2 OFFSET $3`, pattern, f.Limit, f.Offset)
		if err != nil {
			return err
		}
		defer rows.Close() //nolint:errcheck // rows.Err below has what matters
		for rows.Next() {
			p, err := scan(rows)
			if err != nil {
				return err
			}
			page = append(page, p)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, 0, fmt.Errorf("products: list: %w", err)
	}
	return page, total, nil
}

// Find implements product.Store.
func (s *Store) Find(ctx context.Context, id int64) (p product.Product, err error) {
	err = s.db.Row(ctx, func(row *sql.Row) (err error) {
		p, err = scan(row)
		return missing(err)
	}, `SELECT `+columns+` FROM products WHERE id = $1`, id)
	if err != nil {
		return product.Product{}, fmt.Errorf("product %d: find: %w", id, err)
	}
	return p, nil
}

// Create implements product.Store.
func (s *Store) Create(ctx context.Context, p product.Product) (created product.Product, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		created, err = scan(tx.QueryRowContext(ctx, `INSERT INTO products (name, search, price_cents, stock)
			VALUES ($1, $2, $3, $4) RETURNING `+columns, p.Name, strings.ToLower(p.Name), p.Price, p.Stock))
		return err
	})
	if err != nil {
		return product.Product{}, fmt.Errorf("product: create: %w", err)
	}
	return created, nil
}

// Update implements product.Store.
func (s *Store) Update(ctx context.Context, id int64, change product.Change) (p product.Product, err error) {
	err = s.db.Write(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		p, err = scan(tx.QueryRowContext(ctx,
			`SELECT `+columns+` FROM products WHERE id = $1`+s.db.Locking(), id))
		if err != nil {
			return missing(err)
		}
		if err := change.Apply(&p); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE products SET name = $2, search = $3, price_cents = $4, stock = $5,
			version = $6 WHERE id = $1`, id, p.Name, strings.ToLower(p.Name), p.Price, p.Stock, p.Version)
		return err
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
