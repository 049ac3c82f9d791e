package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/techcommerce/platform/apps/internal/fault"
)

// Read runs what to do in one read-only snapshot.
func (db *DB) Read(ctx context.Context, do func(context.Context, *sql.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, 2*db.timeout)
	defer cancel()
	options := sql.TxOptions{ReadOnly: true}
	if db.dialect == postgres {
		options.Isolation = sql.LevelRepeatableRead
	}
	return db.fault(db.once(ctx, &options, do))
}

// Write runs what to do in one transaction. It is run again if it lost against another, so it must have no effect but
// on the database and on what it assigns anew each time.
func (db *DB) Write(ctx context.Context, do func(context.Context, *sql.Tx) error) error {
	const attempts = 5
	ctx, cancel := context.WithTimeout(ctx, 2*db.timeout)
	defer cancel()
	if db.writer != nil {
		select {
		case db.writer <- struct{}{}:
			defer func() { <-db.writer }()
		case <-ctx.Done():
			return db.fault(ctx.Err())
		}
	}
	var err error
	for range attempts {
		if err = db.once(ctx, nil, do); !lost(err) {
			return db.fault(err)
		}
	}
	return fault.Down("The store is too busy", err)
}

// Row runs one statement that is its own snapshot and returns one row.
func (db *DB) Row(ctx context.Context, scan func(*sql.Row) error, query string, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, 2*db.timeout)
	defer cancel()
	return db.fault(scan(db.pool.QueryRowContext(ctx, query, args...)))
}

func (db *DB) once(ctx context.Context, options *sql.TxOptions, do func(context.Context, *sql.Tx) error) error {
	tx, err := db.pool.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := do(ctx, tx); err != nil {
		if undo := tx.Rollback(); undo != nil && !errors.Is(undo, sql.ErrTxDone) {
			return errors.Join(err, fmt.Errorf("rollback: %w", undo))
		}
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}
