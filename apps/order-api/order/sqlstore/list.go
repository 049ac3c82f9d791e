package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/order-api/order"
)

// selected is what a filter selects, and within is the part of it between two ids.
const (
	selected = ` FROM orders WHERE ($1 = '' OR customer = $1) AND ($2 = '' OR status = $2) AND ($3 = '' OR owner = $3)`
	within   = selected + ` AND id < $4 AND id > $5`
)

// List implements order.Store. What it says of the page is of one moment.
func (s *Store) List(ctx context.Context, f order.Filter) (order.Page, error) {
	page, err := database.Read(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (page order.Page, err error) {
		if err := tx.QueryRowContext(ctx, `SELECT count(*)`+selected, f.Customer, string(f.Status), f.Owner).
			Scan(&page.Total); err != nil {
			return page, err
		}
		if f.Counts {
			if page.Counts, err = counted(ctx, tx, f); err != nil {
				return page, err
			}
		}
		if page.Orders, err = listed(ctx, tx, f); err != nil || len(page.Orders) == 0 {
			return page, err
		}
		first, last := page.Orders[0].ID, page.Orders[len(page.Orders)-1].ID
		return page, tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1`+selected+` AND id > $4),
			EXISTS (SELECT 1`+selected+` AND id < $5)`, f.Customer, string(f.Status), f.Owner, first, last).
			Scan(&page.Newer, &page.Older)
	})
	if err != nil {
		return order.Page{}, fmt.Errorf("orders: list: %w", err)
	}
	return page, nil
}

// listed reads the orders of a page. The next newer ones than an order are the oldest of those that are newer, so they
// are read in that direction and turned round.
func listed(ctx context.Context, tx *sql.Tx, f order.Filter) ([]order.Order, error) {
	before, direction := int64(math.MaxInt64), "DESC"
	if f.Before > 0 {
		before = f.Before
	}
	if f.After > 0 {
		direction = "ASC"
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+columns+within+` ORDER BY id `+direction+` LIMIT $6 OFFSET $7`,
		f.Customer, string(f.Status), f.Owner, before, f.After, f.Limit, f.Offset)
	if err != nil {
		return nil, err
	}
	orders, err := database.Collect(rows, func(row database.Scanner) (order.Order, error) { return scan(row) })
	if f.After > 0 {
		slices.Reverse(orders)
	}
	return orders, err
}

// counted is how many orders stand in each status, in one query for all of them.
func counted(ctx context.Context, tx *sql.Tx, f order.Filter) (map[order.Status]int, error) {
	rows, err := tx.QueryContext(ctx, `SELECT status, count(*) FROM orders
		WHERE ($1 = '' OR customer = $1) AND ($2 = '' OR owner = $2) GROUP BY status`, f.Customer, f.Owner)
	if err != nil {
		return nil, err
	}
	type count struct {
		status order.Status
		number int
	}
	list, err := database.Collect(rows, func(row database.Scanner) (c count, err error) {
		err = row.Scan(&c.status, &c.number)
		return c, err
	})
	counts := map[order.Status]int{}
	for _, status := range order.Statuses() {
		counts[status] = 0
	}
	for _, c := range list {
		counts[c.status] = c.number
	}
	return counts, err
}
