package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/product-api/product"
)

// Create implements product.Store.
func (s *Store) Create(ctx context.Context, p product.Product, once product.Once) (product.Product, bool, error) {
	created, replayed, err := s.once(ctx, "create", once, func(ctx context.Context, tx *sql.Tx) (product.Product, error) {
		created, err := scan(tx.QueryRowContext(ctx, `INSERT INTO products (name, search, price_cents, stock)
			VALUES ($1, $2, $3, $4) RETURNING `+columns, p.Name, strings.ToLower(p.Name), p.Price, p.Stock))
		if err != nil {
			return created, err
		}
		return created, s.record(ctx, tx, created.ID, "create", fmt.Sprintf("%s, %s, %d in stock", created.Name, created.Price, created.Stock))
	})
	if err != nil {
		return product.Product{}, false, fmt.Errorf("product: create: %w", err)
	}
	return created, replayed, nil
}

// AddStock implements product.Store.
func (s *Store) AddStock(ctx context.Context, id, change int64, once product.Once) (product.Product, bool, error) {
	operation := "stock " + strconv.FormatInt(id, 10)
	changed, replayed, err := s.once(ctx, operation, once, func(ctx context.Context, tx *sql.Tx) (product.Product, error) {
		p, err := scan(tx.QueryRowContext(ctx, `SELECT `+columns+` FROM products WHERE id = $1`+s.db.Locking(), id))
		if err != nil {
			return p, missing(err)
		}
		if err := p.Add(change); err != nil {
			return p, err
		}
		stock, withdrawn := shelves(p)
		_, err = tx.ExecContext(ctx, `UPDATE products SET stock = $2, withdrawn = $3 WHERE id = $1`, id, stock, withdrawn)
		return p, errors.Join(err, s.record(ctx, tx, id, "stock", fmt.Sprintf("%+d, %d in stock", change, p.Stock)))
	})
	if err != nil {
		return product.Product{}, false, fmt.Errorf("product %d: add stock: %w", id, err)
	}
	return changed, replayed, nil
}

// kept answers are products with the version, which the wire does not have.
type keptAnswer struct {
	product.Product
	Version int64 `json:"version"`
}

// once does something under a key if it has not been done, and otherwise returns what it returned then. Who comes while
// another does it waits for that: the key is taken in the same transaction. What fails takes no key.
func (s *Store) once(
	ctx context.Context, operation string, once product.Once,
	do func(context.Context, *sql.Tx) (product.Product, error),
) (product.Product, bool, error) {
	type result struct {
		product  product.Product
		replayed bool
	}
	key := operation + " " + once.Key
	outcome, err := database.Write(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (result, error) {
		if once.Key == "" {
			p, err := do(ctx, tx)
			return result{p, false}, err
		}
		taken, err := tx.ExecContext(ctx, `INSERT INTO product_requests (key, fingerprint, answer, at)
			VALUES ($1, $2, '', `+s.db.Now()+`) ON CONFLICT (key) DO NOTHING`, key, once.Fingerprint)
		if err != nil {
			return result{}, err
		}
		if count, err := taken.RowsAffected(); err != nil || count == 0 {
			p, replayErr := replay(ctx, tx, key, once.Fingerprint)
			return result{p, true}, errors.Join(err, replayErr)
		}
		p, err := do(ctx, tx)
		if err != nil {
			return result{}, err
		}
		answer, err := json.Marshal(keptAnswer{p, p.Version})
		if err != nil {
			return result{}, err
		}
		_, err = tx.ExecContext(ctx, `UPDATE product_requests SET answer = $2 WHERE key = $1`, key, string(answer))
		return result{p, false}, err
	})
	return outcome.product, outcome.replayed, err
}

// replay is the answer that is kept under a key.
func replay(ctx context.Context, tx *sql.Tx, key, fingerprint string) (product.Product, error) {
	var known, answer string
	row := tx.QueryRowContext(ctx, `SELECT fingerprint, answer FROM product_requests WHERE key = $1`, key)
	if err := row.Scan(&known, &answer); errors.Is(err, sql.ErrNoRows) {
		return product.Product{}, database.ErrAgain // it was forgotten in between
	} else if err != nil {
		return product.Product{}, err
	}
	if known != fingerprint {
		return product.Product{}, product.ErrOtherRequest
	}
	var kept keptAnswer
	if err := json.Unmarshal([]byte(answer), &kept); err != nil {
		return product.Product{}, fmt.Errorf("stored answer: %w", err)
	}
	kept.Product.Version = kept.Version
	return kept.Product, nil
}

// ForgetKeys implements product.Store.
func (s *Store) ForgetKeys(ctx context.Context) (int, error) {
	forgotten, err := database.Write(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (int, error) {
		return database.Changed(ctx, tx, `DELETE FROM product_requests WHERE key IN (
			SELECT key FROM product_requests WHERE at < `+s.db.Now()+` - $1 LIMIT 1000)`, product.Kept.Milliseconds())
	})
	if err != nil {
		return 0, fmt.Errorf("keys: forget: %w", err)
	}
	return forgotten, nil
}
