package sqlstore

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/money"
	"github.com/techcommerce/platform/apps/order-api/order"
)

const columns = `id, customer, items, total_cents, status, placed_at, problem, idempotency_key, key_scope, client_key,
	fingerprint, reservation, expected_cents, due_at, owner, access, history`

// row is an order as the database has it.
type row struct {
	order      order.Order
	items      string
	problem    string
	placed     int64
	legacyKey  sql.NullString
	scope, key sql.NullString
	expected   sql.NullInt64
	due        sql.NullInt64
	owner      sql.NullString
	access     sql.NullString
	history    string
}

// scan reads one row, and further columns into more. A row that cannot be understood is an order that is damaged, not
// an error: it must not keep anybody from the others.
func scan(from database.Scanner, more ...any) (order.Order, error) {
	var r row
	into := append([]any{&r.order.ID, &r.order.Customer, &r.items, &r.order.Total, &r.order.Status, &r.placed, &r.problem,
		&r.legacyKey, &r.scope, &r.key, &r.order.Fingerprint, &r.order.Reservation, &r.expected, &r.due,
		&r.owner, &r.access, &r.history}, more...)
	err := from.Scan(into...)
	if rows, ok := from.(*sql.Rows); ok && err != nil {
		return damaged(rows, len(into), err)
	}
	if err != nil {
		return order.Order{}, err
	}
	return r.decode(), nil
}

// damaged is what can be said of a row with a value of another type than its column's, which SQLite does not prevent.
func damaged(rows *sql.Rows, count int, cause error) (order.Order, error) {
	values, into := make([]any, count), make([]any, count)
	for i := range values {
		into[i] = &values[i]
	}
	if err := rows.Scan(into...); err != nil {
		return order.Order{}, err
	}
	id, ok := values[0].(int64)
	if !ok {
		return order.Order{}, cause
	}
	o := order.Order{ID: id, Damaged: cause}
	for column, value := range map[int]*string{
		1: &o.Customer, 4: (*string)(&o.Status), 7: &o.Key, 11: &o.Reservation,
	} {
		*value, _ = values[column].(string) // empty is the best that can be said of what is no text
	}
	return o, nil
}

func (r row) decode() order.Order {
	o := r.order
	o.Key, o.Scope, o.Placed = r.key.String, r.scope.String, time.UnixMilli(r.placed)
	if !r.key.Valid {
		o.Key = r.legacyKey.String
	}
	o.Owner, o.Access = r.owner.String, r.access.String
	if r.due.Valid {
		o.Due = time.UnixMilli(r.due.Int64)
	}
	if r.expected.Valid {
		expected := money.Cents(r.expected.Int64)
		o.Expected = &expected
	}
	if err := json.Unmarshal([]byte(r.items), &o.Items); err != nil {
		o.Items, o.Damaged = nil, fmt.Errorf("stored items: %w", err)
	}
	o.History = readHistory(r.history)
	if r.problem == "" {
		return o
	}
	decoder := json.NewDecoder(strings.NewReader(r.problem))
	decoder.UseNumber() // amounts in it stay as they were written
	if err := decoder.Decode(&o.Problem); err != nil {
		o.Problem = fault.New(fault.Unavailable, "The reason cannot be read")
		o.Damaged = fmt.Errorf("stored problem: %w", err)
	}
	return o
}

// text is a value as JSON, absent for none.
func text[T any](value T, there bool) (sql.NullString, error) {
	if !there {
		return sql.NullString{}, nil
	}
	encoded, err := json.Marshal(value)
	return sql.NullString{String: string(encoded), Valid: true}, err
}
