package sqlstore

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/techcommerce/platform/apps/order-api/order"
)

const columns = `id, customer, items, total_cents, status, placed_at, problem, idempotency_key, fingerprint,
	reservation, due_at`

// row is what of an order the database has in another form.
type row struct {
	items   string
	problem string
	due     sql.NullInt64
}

func write(o order.Order) (row, error) {
	items, err := json.Marshal(o.Items)
	if err != nil {
		return row{}, err
	}
	r := row{items: string(items), due: sql.NullInt64{Int64: o.Due.UnixMilli(), Valid: !o.Due.IsZero()}}
	if o.Problem != nil {
		problem, err := json.Marshal(o.Problem)
		if err != nil {
			return row{}, err
		}
		r.problem = string(problem)
	}
	return r, nil
}

func scan(from interface{ Scan(...any) error }) (order.Order, error) {
	var o order.Order
	var r row
	var placed int64
	var key sql.NullString
	err := from.Scan(&o.ID, &o.Customer, &r.items, &o.Total, &o.Status, &placed, &r.problem, &key, &o.Fingerprint,
		&o.Reservation, &r.due)
	if err != nil {
		return order.Order{}, err
	}
	o.Key, o.Placed = key.String, time.UnixMilli(placed)
	if r.due.Valid {
		o.Due = time.UnixMilli(r.due.Int64)
	}
	if err := json.Unmarshal([]byte(r.items), &o.Items); err != nil {
		return order.Order{}, fmt.Errorf("stored items: %w", err)
	}
	if r.problem == "" {
		return o, nil
	}
	if err := json.Unmarshal([]byte(r.problem), &o.Problem); err != nil {
		return order.Order{}, fmt.Errorf("stored problem: %w", err)
	}
	return o, nil
}

func scanAll(rows *sql.Rows) ([]order.Order, error) {
	defer rows.Close() //nolint:errcheck // rows.Err below has what matters
	var orders []order.Order
	for rows.Next() {
		o, err := scan(rows)
		if err != nil {
			return nil, err
		}
		orders = append(orders, o)
	}
	return orders, rows.Err()
}
