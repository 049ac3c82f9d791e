package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/techcommerce/platform/apps/internal/fault"
)

// None is the outcome of a transaction that has nothing to tell but its error.
type None = struct{}

// Read runs do in one read-only snapshot and returns its outcome.
func Read[T any](ctx context.Context, db *DB, do func(context.Context, *sql.Tx) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*db.timeout)
	defer cancel()
	options := sql.TxOptions{ReadOnly: true}
	if db.dialect == postgres {
		options.Isolation = sql.LevelRepeatableRead
	}
	return connected(ctx, db, func(conn *sql.Conn) (T, error) { return transact(ctx, db, conn, &options, do) })
}

// Scanner reads the columns of a row.
type Scanner interface{ Scan(into ...any) error }

// Row runs one statement that is its own snapshot and returns one row.
func Row[T any](ctx context.Context, db *DB, scan func(Scanner) (T, error), query string, args ...any) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*db.timeout)
	defer cancel()
	return connected(ctx, db, func(conn *sql.Conn) (T, error) { return scanRow(ctx, db, conn, scan, query, args) })
}

// scanRow asks for one row. PostgreSQL's driver is asked itself: database/sql would start a goroutine for each row and
// convert each value once more.
func scanRow[T any](
	ctx context.Context, db *DB, conn *sql.Conn, scan func(Scanner) (T, error), query string, args []any,
) (outcome T, err error) {
	if db.dialect == sqlite {
		return scan(conn.QueryRowContext(ctx, query, args...))
	}
	err = conn.Raw(func(driver any) error {
		var err error
		server := driver.(*stdlib.Conn).Conn() //nolint:forcetypeassert // openPostgres
		if db.pooled {
			outcome, err = scanPooled(ctx, db, server, scan, query, args)
			return err
		}
		outcome, err = scan(server.QueryRow(ctx, query, args...))
		return err
	})
	return outcome, err
}

// scanPooled sends the bounds of the statement ahead of it, in the same transaction and the same round trip.
func scanPooled[T any](
	ctx context.Context, db *DB, server *pgx.Conn, scan func(Scanner) (T, error), query string, args []any,
) (outcome T, err error) {
	both := &pgx.Batch{}
	both.Queue(boundTransaction, milliseconds(db.timeout))
	both.Queue(query, args...)
	answers := server.SendBatch(ctx, both)
	if _, err = answers.Exec(); err == nil {
		outcome, err = scan(answers.QueryRow())
	}
	if end := answers.Close(); err == nil {
		err = end // the commit may have failed
	}
	return outcome, err
}

// Write runs do in one transaction and returns its outcome. A transaction that lost against another is run again, and
// nothing of the lost attempt may survive in the answer: the outcome is therefore what the attempt that was committed
// returned. do assigns to nothing outside of itself, which a test holds all callers to.
func Write[T any](ctx context.Context, db *DB, do func(context.Context, *sql.Tx) (T, error)) (T, error) {
	return write(ctx, db, func(ctx context.Context, conn *sql.Conn) (T, error) { return transact(ctx, db, conn, nil, do) })
}

// WriteRow runs one statement that writes and returns one row: a transaction of its own, which PostgreSQL is asked for
// in a single round trip. Like Write it may run scan more than once.
func WriteRow[T any](ctx context.Context, db *DB, scan func(Scanner) (T, error), query string, args ...any) (T, error) {
	if db.dialect == sqlite { // where a statement that returns rows may end without the word on its commit
		return Write(ctx, db, func(ctx context.Context, tx *sql.Tx) (T, error) {
			return scan(tx.QueryRowContext(ctx, query, args...))
		})
	}
	return write(ctx, db, func(ctx context.Context, conn *sql.Conn) (T, error) {
		return scanRow(ctx, db, conn, scan, query, args)
	})
}

// Scan reads a row of one column, for Row and WriteRow.
func Scan[T any](row Scanner) (value T, err error) {
	err = row.Scan(&value)
	return value, err
}

// write repeats an attempt that lost against another transaction.
func write[T any](ctx context.Context, db *DB, attempt func(context.Context, *sql.Conn) (T, error)) (T, error) {
	const attempts = 5
	var none T
	ctx, cancel := context.WithTimeout(ctx, 2*db.timeout)
	defer cancel()
	if db.writer != nil {
		select {
		case db.writer <- struct{}{}:
			defer func() { <-db.writer }()
		case <-ctx.Done():
			return none, db.fault(ctx.Err())
		}
	}
	var err error
	for range attempts {
		var outcome T
		outcome, err = connected(ctx, db, func(conn *sql.Conn) (T, error) { return attempt(ctx, conn) })
		if !lost(err) {
			return outcome, err
		}
	}
	return none, fault.Down("The store is too busy", err)
}

func transact[T any](
	ctx context.Context, db *DB, conn *sql.Conn, options *sql.TxOptions, do func(context.Context, *sql.Tx) (T, error),
) (outcome T, err error) {
	tx, err := conn.BeginTx(ctx, options)
	if err != nil {
		return outcome, fmt.Errorf("begin: %w", err)
	}
	if db.pooled {
		_, err = tx.ExecContext(ctx, boundTransaction, milliseconds(db.timeout))
	}
	if err == nil {
		outcome, err = do(ctx, tx)
	}
	if err != nil {
		if undo := tx.Rollback(); undo != nil && !errors.Is(undo, sql.ErrTxDone) {
			return outcome, errors.Join(err, fmt.Errorf("rollback: %w", undo))
		}
		return outcome, err
	}
	if err := tx.Commit(); err != nil {
		return outcome, fmt.Errorf("commit: %w", err)
	}
	return outcome, nil
}
