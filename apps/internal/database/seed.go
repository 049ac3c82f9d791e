package database

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
)

// Seed is the first content of a table whose ids the database gives.
type Seed struct {
	// Name is what the database remembers it by, in the table seeds.
	Name string
	// Table is what it fills.
	Table string
	// Rows is the statement that inserts it, with ids from 1 on.
	Rows string
	// Next is the id after its last.
	Next int
}

// Seed fills a table that is empty, once in the life of a database, and tells whether it did. It is one transaction: replicas
// that start at once take turns, and one that is killed in the middle has done nothing. What is there already stays as it
// is, and a table that was filled once is never filled again, however empty it became.
func (db *DB) Seed(ctx context.Context, seed Seed) (filled bool, err error) {
	const known = `SELECT count(*) > 0 FROM seeds WHERE name = $1`
	if done, err := Row(ctx, db, Scan[bool], known, seed.Name); done || err != nil {
		return false, seed.fault(err)
	}
	filled, err = Write(ctx, db, func(ctx context.Context, tx *sql.Tx) (bool, error) {
		if err := db.lockTable(ctx, tx, seed.Table); err != nil {
			return false, err
		}
		marked, err := Changed(ctx, tx, `INSERT INTO seeds (name, at) VALUES ($1, `+db.Now()+`) ON CONFLICT DO NOTHING`, seed.Name)
		if err != nil || marked == 0 {
			return false, err // another replica was first
		}
		var empty bool
		row := tx.QueryRowContext(ctx, `SELECT NOT EXISTS (SELECT 1 FROM `+seed.Table+`)`)
		if err := row.Scan(&empty); err != nil || !empty {
			return false, err
		}
		if _, err := tx.ExecContext(ctx, seed.Rows); err != nil {
			return false, err
		}
		return true, db.nextID(ctx, tx, seed.Table, seed.Next)
	})
	return filled, seed.fault(err)
}

func (s Seed) fault(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("seed %s of %s: %w", s.Name, s.Table, err)
}

// lockTable keeps everybody else from a table: nobody else may be given an id that the seed has. In SQLite the transaction
// has the whole file to itself.
func (db *DB) lockTable(ctx context.Context, tx *sql.Tx, table string) error {
	if db.dialect == sqlite {
		return nil
	}
	_, err := tx.ExecContext(ctx, `LOCK TABLE `+table)
	return err
}

// nextID is the id that the table gives next. SQLite goes on from the greatest by itself. PostgreSQL's setval would stay
// though the transaction were undone; this does not.
func (db *DB) nextID(ctx context.Context, tx *sql.Tx, table string, next int) error {
	if db.dialect == sqlite {
		return nil
	}
	_, err := tx.ExecContext(ctx, `ALTER TABLE `+table+` ALTER COLUMN id RESTART WITH `+strconv.Itoa(next))
	return err
}
