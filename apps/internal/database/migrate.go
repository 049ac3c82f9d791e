package database

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/techcommerce/platform/apps/internal/fault"
)

// Migrate brings the schema up to the newest of the files, which lie in a folder per dialect. Replicas that start at
// once take turns under a lock. A schema newer than the files is refused, for this release would not understand it,
// unless the newer migrations are marked as compatible.
//
// Two rules for whoever writes a migration. Replicas of the release before serve on while it runs and after it, so it
// adds and does not take away. And it may run on what an older backup was restored over, where everything that it makes
// is there already, with content from a time that has not come: it drops a table before it makes it, and makes a column
// only if it does not exist.
func (db *DB) Migrate(ctx context.Context, files fs.FS) error {
	unlock, err := db.lockFile()
	if err != nil {
		return err
	}
	defer unlock()
	pool, err := db.migrationPool()
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	provider, err := db.provider(pool, files)
	if err != nil {
		return fmt.Errorf("migrations: %w", errors.Join(err, pool.Close()))
	}
	err = db.migrate(ctx, provider, files)
	if pool != db.pool {
		err = errors.Join(err, pool.Close())
	}
	return err
}

func (db *DB) migrate(ctx context.Context, provider *goose.Provider, files fs.FS) error {
	current, target, err := db.versions(ctx, provider)
	if err != nil {
		return db.fault(fmt.Errorf("migrations: %w", err))
	}
	if current > target {
		return db.admit(ctx, current, target)
	}
	if current < target {
		if _, err := provider.Up(ctx); err != nil {
			return migrationFault(db, err)
		}
	}
	return db.keepFloor(ctx, files)
}

// migrationFault has a replica wait whose turn has not come within the time that goose waits for its lock.
func migrationFault(db *DB, err error) error {
	if strings.Contains(err.Error(), "failed to acquire lock") {
		return fault.Down("Another replica is migrating the store", err)
	}
	return db.fault(fmt.Errorf("migrations: %w", err))
}

// migrationPool is a pool for migrations alone. On PostgreSQL its statements may take as long as they take, for a
// migration that a timeout kills begins anew for ever; but none waits for a lock longer than any statement does,
// because all that come after would wait behind it. It goes to the server itself, past a pooler: its lock is a session's.
func (db *DB) migrationPool() (*sql.DB, error) {
	if db.dialect == sqlite {
		return db.pool, nil
	}
	config, err := parsePostgres(db.settings, cmp.Or(db.settings.DirectURL, db.settings.URL))
	if err != nil {
		return nil, err
	}
	boundSession(config, 0, db.timeout)
	return stdlib.OpenDB(*config), nil
}

func (db *DB) provider(pool *sql.DB, files fs.FS) (*goose.Provider, error) {
	folder, err := fs.Sub(files, string(db.dialect))
	if err != nil {
		return nil, err
	}
	if db.dialect == sqlite {
		return goose.NewProvider(goose.DialectSQLite3, pool, folder, goose.WithDisableGlobalRegistry(true))
	}
	const period, times = 1, 300 // seconds between attempts at the lock, and how many
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(period, times))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, pool, folder,
		goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
}

// versions are those of the schema and of the newest file. A database without goose's table has version 0.
func (db *DB) versions(ctx context.Context, provider *goose.Provider) (current, target int64, err error) {
	sources := provider.ListSources()
	target = sources[len(sources)-1].Version
	exists, err := db.hasTable(ctx, "goose_db_version")
	if err != nil || !exists {
		return 0, target, err
	}
	current, err = Row(ctx, db, Scan[int64], `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`)
	return current, target, err
}

func (db *DB) hasTable(ctx context.Context, name string) (bool, error) {
	query := `SELECT count(*) > 0 FROM sqlite_master WHERE name = $1`
	if db.dialect == postgres {
		query = `SELECT count(*) > 0 FROM pg_tables WHERE tablename = $1 AND schemaname = current_schema()`
	}
	return Row(ctx, db, Scan[bool], query, name)
}

// lockFile keeps other processes on this node away from a SQLite file while its schema is looked after. PostgreSQL
// has advisory locks, which goose takes.
func (db *DB) lockFile() (unlock func(), err error) {
	if db.dialect != sqlite {
		return func() {}, nil
	}
	file, err := os.OpenFile(db.path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, down(err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		return nil, down(errors.Join(err, file.Close()))
	}
	return func() { _ = file.Close() }, nil // closing gives the lock up, and the file holds nothing
}
