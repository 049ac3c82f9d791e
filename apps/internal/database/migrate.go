package database

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/techcommerce/platform/apps/internal/fault"
)

// Migrate brings the schema up to the newest of the files, which lie in a folder per dialect. Replicas that start at
// once take turns under a lock. A schema newer than the files is refused: this binary would not understand it.
func (db *DB) Migrate(ctx context.Context, files fs.FS) error {
	unlock, err := db.lockFile()
	if err != nil {
		return err
	}
	defer unlock()
	provider, err := db.provider(files)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	current, target, err := db.versions(ctx, provider)
	if err != nil {
		return db.fault(fmt.Errorf("migrations: %w", err))
	}
	if current > target {
		return fmt.Errorf("the database's schema has version %d, newer than the %d that this release knows: "+
			"run a newer release", current, target)
	}
	if current == target {
		return nil
	}
	if _, err := provider.Up(ctx); err != nil {
		return db.fault(fmt.Errorf("migrations: %w", err))
	}
	return nil
}

func (db *DB) provider(files fs.FS) (*goose.Provider, error) {
	folder, err := fs.Sub(files, string(db.dialect))
	if err != nil {
		return nil, err
	}
	if db.dialect == sqlite {
		return goose.NewProvider(goose.DialectSQLite3, db.pool, folder, goose.WithDisableGlobalRegistry(true))
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db.pool, folder,
		goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
}

// versions are those of the schema and of the newest file. A database without goose's table has version 0.
func (db *DB) versions(ctx context.Context, provider *goose.Provider) (current, target int64, err error) {
	exists := `SELECT count(*) FROM sqlite_master WHERE name = 'goose_db_version'`
	if db.dialect == postgres {
		exists = `SELECT count(*) FROM pg_tables WHERE tablename = 'goose_db_version' AND schemaname = current_schema()`
	}
	tables, err := Row(ctx, db, Scan[int64], exists)
	if err != nil {
		return 0, 0, err
	}
	sources := provider.ListSources()
	target = sources[len(sources)-1].Version
	if tables == 0 {
		return 0, target, nil
	}
	current, err = Row(ctx, db, Scan[int64], `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`)
	return current, target, err
}

// lockFile keeps other processes on this node away from a SQLite file while its schema is looked after. PostgreSQL
// has advisory locks, which goose takes.
func (db *DB) lockFile() (unlock func(), err error) {
	if db.dialect != sqlite {
		return func() {}, nil
	}
	file, err := os.OpenFile(db.path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fault.Down("The store cannot be used now", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		return nil, fault.Down("The store cannot be used now", errors.Join(err, file.Close()))
	}
	return func() { _ = file.Close() }, nil // closing gives the lock up, and the file holds nothing
}
