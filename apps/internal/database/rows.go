package database

import (
	"context"
	"database/sql"
)

// Collect reads all rows and closes them.
func Collect[T any](rows *sql.Rows, read func(Scanner) (T, error)) (all []T, err error) {
	defer rows.Close() //nolint:errcheck // rows.Err below has what matters
	for rows.Next() {
		one, err := read(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// Changed runs a statement in a transaction and returns how many rows it changed.
func Changed(ctx context.Context, tx *sql.Tx, statement string, args ...any) (int, error) {
	result, err := tx.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	count, err := result.RowsAffected()
	return int(count), err
}
