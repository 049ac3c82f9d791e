package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/techcommerce/platform/apps/internal/fault"
)

// connected does something on one connection. What fails because the connection broke or time ran out is the store's
// being unavailable, whatever words the driver has for it: there are many, and they change.
func connected[T any](ctx context.Context, db *DB, do func(*sql.Conn) (T, error)) (T, error) {
	var none T
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return none, db.fault(fmt.Errorf("connect: %w", err))
	}
	defer conn.Close() //nolint:errcheck // it goes back to the pool, which knows whether it is any good
	outcome, err := do(conn)
	if err == nil {
		db.answered.Store(time.Now().UnixNano())
		return outcome, nil
	}
	if isReadOnly(err) {
		db.era.end(time.Now())
	}
	var refused *pgconn.PgError
	if fault.As(err) == nil && !errors.As(err, &refused) && (ctx.Err() != nil || broken(conn)) {
		return none, down(err)
	}
	return none, db.fault(err)
}

// broken tells whether a connection of PostgreSQL is dead. SQLite's cannot die.
func broken(conn *sql.Conn) bool {
	closed := false
	err := conn.Raw(func(driver any) error {
		if postgres, ok := driver.(*stdlib.Conn); ok {
			closed = postgres.Conn().IsClosed()
		}
		return nil
	})
	return closed || err != nil // the pool hands out no connection that it has found dead
}
