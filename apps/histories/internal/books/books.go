// Package books reads what both services have in their databases once nothing is under way any more, and finds what
// does not agree: within one service, between the two, and with what customers were told. It goes past the services on
// purpose: what they say of themselves is not what they have kept.
package books

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver for PostgreSQL
	_ "modernc.org/sqlite"             // the driver for SQLite

	"github.com/techcommerce/platform/apps/internal/money"
)

// Line is one product of an order or a reservation.
type Line struct {
	ProductID int64       `json:"product_id"`
	Price     money.Cents `json:"price"`
	Quantity  int64       `json:"quantity"`
}

// Order is a row of order-api.
type Order struct {
	ID          int64
	Customer    string
	Items       []Line
	Total       money.Cents
	Status      string
	Problem     string
	Reservation string
	// Due says that something is left to do for the order.
	Due bool
}

// Reservation is a row of product-api.
type Reservation struct {
	ID      string
	Status  string
	Items   []Line
	Problem string
}

// Takes tells whether the reservation has taken from stock.
func (r Reservation) Takes() bool { return r.Status == "held" || r.Status == "confirmed" }

// Product is a row of product-api.
type Product struct {
	ID    int64
	Stock int64
	Price money.Cents
}

// Books are all rows.
type Books struct {
	Products     map[int64]Product
	Reservations map[string]Reservation
	Orders       []Order
}

// firstOrders are those that the first migration brings. They never reserved anything.
const firstOrders = 3

// Open opens a service's database by the service's own setting for it, for reading only.
func Open(url string) (*sql.DB, error) {
	path, ok := strings.CutPrefix(url, "sqlite://")
	if !ok {
		return sql.Open("pgx", url)
	}
	path, _, _ = strings.Cut(path, "?")
	return sql.Open("sqlite", "file:"+path+"?mode=ro&_pragma=busy_timeout(5000)")
}

// Read reads both databases. Each is one snapshot; the two are not one, so nothing may be under way.
func Read(ctx context.Context, products, orders *sql.DB) (Books, error) {
	b := Books{Products: map[int64]Product{}, Reservations: map[string]Reservation{}}
	err := snapshot(ctx, products, func(tx *sql.Tx) error {
		return errors.Join(b.readProducts(ctx, tx), b.readReservations(ctx, tx))
	})
	if err != nil {
		return b, fmt.Errorf("product-api's books: %w", err)
	}
	if err := snapshot(ctx, orders, func(tx *sql.Tx) error { return b.readOrders(ctx, tx) }); err != nil {
		return b, fmt.Errorf("order-api's books: %w", err)
	}
	return b, nil
}

func snapshot(ctx context.Context, db *sql.DB, read func(*sql.Tx) error) error {
	// SQLite knows no isolation levels, and has this one.
	tx, err := db.BeginTx(ctx, &sql.TxOptions{})
	if err != nil {
		return err
	}
	err = read(tx)
	return errors.Join(err, tx.Rollback())
}

func (b *Books) readProducts(ctx context.Context, tx *sql.Tx) error {
	return each(ctx, tx, `SELECT id, stock, price_cents FROM products`, func(rows *sql.Rows) error {
		var p Product
		err := rows.Scan(&p.ID, &p.Stock, &p.Price)
		b.Products[p.ID] = p
		return err
	})
}

func (b *Books) readReservations(ctx context.Context, tx *sql.Tx) error {
	return each(ctx, tx, `SELECT id, status, items, problem FROM reservations`, func(rows *sql.Rows) error {
		var r Reservation
		var items string
		if err := rows.Scan(&r.ID, &r.Status, &items, &r.Problem); err != nil {
			return err
		}
		b.Reservations[r.ID] = r
		if err := json.Unmarshal([]byte(items), &r.Items); err != nil {
			return fmt.Errorf("reservation %s: items: %w", r.ID, err)
		}
		b.Reservations[r.ID] = r
		return nil
	})
}

func (b *Books) readOrders(ctx context.Context, tx *sql.Tx) error {
	b.Orders = nil
	return each(ctx, tx, `SELECT id, customer, items, total_cents, status, problem, reservation, due_at IS NOT NULL
		FROM orders ORDER BY id`, func(rows *sql.Rows) error {
		var o Order
		var items string
		if err := rows.Scan(&o.ID, &o.Customer, &items, &o.Total, &o.Status, &o.Problem, &o.Reservation, &o.Due); err != nil {
			return err
		}
		if o.ID <= firstOrders {
			return nil
		}
		if err := json.Unmarshal([]byte(items), &o.Items); err != nil {
			return fmt.Errorf("order %d: items: %w", o.ID, err)
		}
		b.Orders = append(b.Orders, o)
		return nil
	})
}

func each(ctx context.Context, tx *sql.Tx, query string, row func(*sql.Rows) error) error {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err below has what matters
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Unfinished counts what is still under way: orders with something left to do, and reservations that are held.
func (b Books) Unfinished() (count int) {
	for _, o := range b.Orders {
		if o.Due || o.Status == "pending" {
			count++
		}
	}
	for _, r := range b.Reservations {
		if r.Status == "held" {
			count++
		}
	}
	return count
}
