package database_test

import (
	"context"
	"database/sql"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/fault"
)

// with is a release's migrations: the first and one more, for both kinds of database.
func with(up string) fstest.MapFS {
	next := &fstest.MapFile{Data: []byte(up)}
	return fstest.MapFS{
		"sqlite/00001_a.sql": first["sqlite/00001_a.sql"], "postgres/00001_a.sql": first["postgres/00001_a.sql"],
		"sqlite/00002_b.sql": next, "postgres/00002_b.sql": next,
	}
}

// TestMigrateTakesAsLongAsItTakes has two replicas start while a migration runs for far longer than a statement may.
func TestMigrateTakesAsLongAsItTakes(t *testing.T) {
	t.Parallel()
	settings := databasetest.Postgres(t)
	settings.Timeout = 2000 * time.Millisecond
	must(t, databasetest.MustOpen(t, settings).Migrate(t.Context(), first))
	slow := with("-- +goose Up\nSELECT pg_sleep(4);\nINSERT INTO things (name) VALUES ('slow');")
	var wait sync.WaitGroup
	for range 2 {
		db := databasetest.MustOpen(t, settings)
		wait.Go(func() {
			if err := db.Migrate(t.Context(), slow); err != nil {
				t.Errorf("migrate: %v", err)
			}
		})
	}
	wait.Wait()
	if got := count(t, databasetest.MustOpen(t, settings)); got != 1 {
		t.Errorf("the migration ran %d times, want once", got)
	}
}

// TestMigrateWaitsForNoLockForLong has a migration meet a transaction that has the table: it gives way, so that what
// comes after it is not held up behind it, and succeeds once the table is free.
func TestMigrateWaitsForNoLockForLong(t *testing.T) {
	t.Parallel()
	settings := databasetest.Postgres(t)
	holder := mustMigrate(t, settings)
	settings.Timeout = 300 * time.Millisecond
	db := databasetest.MustOpen(t, settings)
	widen := with("-- +goose Up\nALTER TABLE things ADD COLUMN size BIGINT NOT NULL DEFAULT 0;")
	_, err := database.Write(t.Context(), holder, func(ctx context.Context, tx *sql.Tx) (database.None, error) {
		if _, err := tx.ExecContext(ctx, `LOCK TABLE things IN SHARE MODE`); err != nil {
			return database.None{}, err
		}
		if err := db.Migrate(ctx, widen); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("migrating a locked table = %v (%s), want it tried again later", err, fault.KindOf(err))
		}
		return database.None{}, nil
	})
	must(t, err)
	must(t, db.Migrate(t.Context(), widen))
}

func TestMigrateAdmitsAnOlderReleaseWhereTheNewerSchemaIsCompatible(t *testing.T) {
	t.Parallel()
	newer := with("-- +goose Up\n-- +compatible\nALTER TABLE things ADD COLUMN size BIGINT NOT NULL DEFAULT 0;")
	databasetest.Each(t, func(t *testing.T, settings database.Settings) {
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				if err := databasetest.MustOpen(t, settings).Migrate(t.Context(), newer); err != nil {
					t.Errorf("migrate: %v", err)
				}
			})
		}
		wait.Wait()
		older := databasetest.MustOpen(t, settings)
		if err := older.Migrate(t.Context(), first); err != nil {
			t.Errorf("an older release on a newer schema that is compatible: %v", err)
		}
		must(t, insert(t.Context(), older, "by an older release"))

		final := with(strings.Replace(string(newer["sqlite/00002_b.sql"].Data), "-- +compatible\n", "", 1))
		for _, folder := range []string{"sqlite", "postgres"} {
			final[folder+"/00003_c.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\nDROP TABLE probe;")}
			final[folder+"/00002_b.sql"] = newer[folder+"/00002_b.sql"]
		}
		must(t, older.Migrate(t.Context(), final))
		for version, release := range map[int]fstest.MapFS{1: first, 2: newer} {
			if err := older.Migrate(t.Context(), release); err == nil || fault.KindOf(err) != fault.Internal {
				t.Errorf("release %d on a schema that is not compatible: %v, want it refused", version, err)
			}
		}
	})
}
