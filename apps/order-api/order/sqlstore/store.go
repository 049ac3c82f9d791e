// Package sqlstore keeps orders in SQLite or PostgreSQL. The statements are the same for both. Times are by the
// database's own clock, in milliseconds since 1970, so that all replicas agree on who has a lease.
package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"time"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/order-api/order"
)

//go:embed migrations
var files embed.FS

// Store is an order.Store.
type Store struct {
	db *database.DB
	// now is the expression for the time.
	now func() string
	// receivers are the names of those who are sent every change of an order, and changed is told of each.
	receivers []string
	changed   func()
}

var _ order.Store = (*Store)(nil)

// New keeps orders in a database, which Migrate must have seen first.
func New(db *database.DB) *Store {
	// As a query of its own it is evaluated once, so that an index can be searched for it.
	return &Store{db: db, now: func() string { return "(SELECT " + db.Now() + ")" }}
}

// NewAt is New with another clock than the database's own.
func NewAt(db *database.DB, clock func() time.Time) *Store {
	return &Store{db: db, now: func() string { return strconv.FormatInt(clock().UnixMilli(), 10) }}
}

// Migrate brings the schema up to date.
func (s *Store) Migrate(ctx context.Context) error {
	migrations, err := fs.Sub(files, "migrations")
	if err != nil {
		return err
	}
	return s.db.Migrate(ctx, migrations)
}

// Find implements order.Store.
func (s *Store) Find(ctx context.Context, id int64) (order.Order, error) {
	found, err := database.Row(ctx, s.db, func(row database.Scanner) (order.Order, error) {
		o, err := scan(row)
		return o, missing(err)
	}, `SELECT `+columns+` FROM orders WHERE id = $1`, id)
	if err != nil {
		return order.Order{}, fmt.Errorf("order %d: find: %w", id, err)
	}
	return found, nil
}

// Backlog implements order.Store.
func (s *Store) Backlog(ctx context.Context) (order.Backlog, error) {
	return database.Row(ctx, s.db, func(row database.Scanner) (order.Backlog, error) {
		var backlog order.Backlog
		var oldest sql.NullInt64
		err := row.Scan(&backlog.Count, &oldest)
		backlog.Oldest = time.Duration(oldest.Int64) * time.Millisecond
		return backlog, err
	}, `SELECT count(*), `+s.now()+` - min(placed_at) FROM orders WHERE status = 'pending'`)
}

func missing(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return order.ErrNotFound
	}
	return err
}
