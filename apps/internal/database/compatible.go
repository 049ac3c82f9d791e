package database

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/techcommerce/platform/apps/contract"
)

// admit tells whether this release, which knows the schema up to the target, may serve on a newer one: it may where
// every migration since is compatible. So a release can be rolled back while its schema stays.
func (db *DB) admit(ctx context.Context, current, target int64) error {
	floor := current
	if exists, err := db.hasTable(ctx, "schema_floor"); err != nil {
		return db.fault(fmt.Errorf("migrations: %w", err))
	} else if exists {
		floor, err = Row(ctx, db, Scan[int64], `SELECT coalesce(max(version), 0) FROM schema_floor`)
		if err != nil {
			return db.fault(fmt.Errorf("migrations: %w", err))
		}
	}
	if floor > 0 && floor <= target {
		return nil
	}
	return fmt.Errorf("the database's schema has version %d, newer than the %d that this release knows: "+
		"run a newer release", current, target)
}

// keepFloor writes down which releases may serve on this schema: those that know its newest migration that is not
// compatible.
func (db *DB) keepFloor(ctx context.Context, files fs.FS) error {
	floor, err := floorOf(files, string(db.dialect))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	exists, err := db.hasTable(ctx, "schema_floor")
	if err != nil {
		return db.fault(fmt.Errorf("migrations: %w", err))
	}
	if exists {
		kept, err := Row(ctx, db, Scan[int64], `SELECT coalesce(max(version), 0) FROM schema_floor`)
		if err != nil || kept == floor {
			return db.fault(err)
		}
	}
	_, err = Write(ctx, db, func(ctx context.Context, tx *sql.Tx) (None, error) {
		for _, statement := range []string{
			db.oneAtATime(),
			`CREATE TABLE IF NOT EXISTS schema_floor (id INTEGER PRIMARY KEY CHECK (id = 1), version BIGINT NOT NULL)`,
			`INSERT INTO schema_floor (id, version) VALUES (1, ` + strconv.FormatInt(floor, 10) + `)
				ON CONFLICT (id) DO UPDATE SET version = excluded.version`,
		} {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return None{}, err
			}
		}
		return None{}, nil
	})
	if err != nil {
		return fmt.Errorf("migrations: compatibility: %w", err)
	}
	return nil
}

// oneAtATime has transactions that make the same table take turns, which IF NOT EXISTS does not do on PostgreSQL.
func (db *DB) oneAtATime() string {
	if db.dialect == sqlite {
		return `SELECT 1`
	}
	return `SELECT pg_advisory_xact_lock(hashtext('schema_floor'))`
}

// floorOf is the version of the newest migration that is not compatible.
func floorOf(files fs.FS, folder string) (floor int64, err error) {
	names, err := fs.Glob(files, path.Join(folder, "*.sql"))
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return 0, err
		}
		number, _, _ := strings.Cut(path.Base(name), "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return 0, errors.Join(fmt.Errorf("%s has no version", name), err)
		}
		if !bytes.Contains(content, []byte(contract.CompatibleMigration)) {
			floor = max(floor, version)
		}
	}
	return floor, nil
}
