package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/product-api/product"
)

// take takes all that is wanted out of stock and keeps the reservation, or changes nothing and returns sql.ErrNoRows.
func (s *Store) take(ctx context.Context, wanted product.Wanted) (product.Reservation, error) {
	if s.db.WritesInQueries() {
		return s.takeAtOnce(ctx, wanted)
	}
	return database.Write(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (product.Reservation, error) {
		return s.takeStepwise(ctx, tx, wanted)
	})
}

// takeAtOnce is one statement, so that a sale costs one round trip and holds its locks no longer than that.
//
// It sees the rows as they are once they are locked, not as they were when it began: PostgreSQL follows a locked row to
// its newest version, here and in the update of what is locked.
//
// The arrays are in queries of their own so that it plans the same whatever is in them: then PostgreSQL keeps the plan,
// instead of making one for each sale, which takes longer than to run it.
func (s *Store) takeAtOnce(ctx context.Context, wanted product.Wanted) (product.Reservation, error) {
	ids, quantities := make([]int64, len(wanted.Lines)), make([]int64, len(wanted.Lines))
	for i, line := range wanted.Lines {
		ids[i], quantities[i] = line.ProductID, line.Quantity
	}
	var total sql.NullInt64
	if wanted.Total != nil {
		total = sql.NullInt64{Int64: int64(*wanted.Total), Valid: true}
	}
	return database.WriteRow(ctx, s.db, func(row database.Scanner) (product.Reservation, error) {
		return scanItems(row, wanted.ID, wanted.Status())
	}, `WITH wanted AS (
			SELECT * FROM unnest((SELECT $2::bigint[]), (SELECT $3::bigint[])) WITH ORDINALITY AS lines (id, quantity, line)
		), locked AS MATERIALIZED (
			SELECT id, name, price_cents, stock, withdrawn FROM products
			WHERE id = ANY ((SELECT $2::bigint[])::bigint[]) AND NOT EXISTS (
				SELECT FROM reservations WHERE reservations.id = $1 AND status <> 'expired')
			ORDER BY id FOR NO KEY UPDATE
		), allotted AS (
			SELECT json_agg(json_build_object('product_id', locked.id, 'name', name,
					'price', round(price_cents / 100.0, 2), 'quantity', quantity) ORDER BY line)::text AS items
			FROM wanted LEFT JOIN locked ON locked.id = wanted.id
			HAVING count(locked.id) = count(*) AND bool_and(stock >= quantity AND withdrawn IS NULL)
				AND coalesce(sum(price_cents * quantity) = $6::bigint, true)
		), kept AS (
			INSERT INTO reservations (id, status, items, expires_at, changed_at)
			SELECT $1, $4, items, `+s.db.Now()+` + $5::bigint, `+s.db.Now()+` FROM allotted
			ON CONFLICT (id) DO UPDATE SET status = excluded.status, items = excluded.items,
				expires_at = excluded.expires_at, changed_at = excluded.changed_at
			WHERE reservations.status = 'expired'
			RETURNING items
		), taken AS (
			UPDATE products SET stock = stock - quantity FROM wanted, kept WHERE products.id = wanted.id
		)
		SELECT items FROM kept`,
		wanted.ID, ids, quantities, string(wanted.Status()), wanted.Lifetime.Milliseconds(), total)
}

// takeStepwise does the same where the transaction has the database to itself.
func (s *Store) takeStepwise(ctx context.Context, tx *sql.Tx, wanted product.Wanted) (product.Reservation, error) {
	none := product.Reservation{}
	found, err := reservation(ctx, tx, wanted.ID)
	if err != nil {
		return none, err
	}
	known, err := products(ctx, tx, wanted.Lines)
	if err != nil {
		return none, err
	}
	items, refusal := wanted.Allot(known)
	if refusal != nil || found.exists && found.Status != product.Expired {
		return none, sql.ErrNoRows
	}
	encoded, err := json.Marshal(items)
	if err != nil {
		return none, err
	}
	if err := move(ctx, tx, string(encoded), -1); err != nil {
		return none, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO reservations (id, status, items, expires_at, changed_at)
		VALUES ($1, $2, $3, `+s.db.Now()+` + $4, `+s.db.Now()+`)
		ON CONFLICT (id) DO UPDATE SET status = excluded.status, items = excluded.items,
			expires_at = excluded.expires_at, changed_at = excluded.changed_at`,
		wanted.ID, wanted.Status(), string(encoded), wanted.Lifetime.Milliseconds())
	return product.Reservation{ID: wanted.ID, Status: wanted.Status(), Items: items}, err
}

// move adds the items' quantities to stock, or takes them out with sign -1, where the transaction has the database to
// itself.
func move(ctx context.Context, tx *sql.Tx, items string, sign int) error {
	_, err := tx.ExecContext(ctx, `UPDATE products SET `+given(`$1 * quantity`)+` FROM (
			SELECT value ->> 'product_id' AS product, value ->> 'quantity' AS quantity FROM json_each($2)
		) WHERE products.id = product`, sign, items)
	return err
}

// given is what an update gives to stock, which for a product that is out of sale is what was set aside.
func given(quantity string) string {
	return `stock = CASE WHEN withdrawn IS NULL THEN stock + ` + quantity + ` ELSE stock END, withdrawn = withdrawn + ` + quantity
}

func scanItems(row database.Scanner, id string, status product.Hold) (product.Reservation, error) {
	var items string
	if err := row.Scan(&items); err != nil {
		return product.Reservation{}, err
	}
	decoded, err := decode(items)
	return product.Reservation{ID: id, Status: status, Items: decoded}, err
}
