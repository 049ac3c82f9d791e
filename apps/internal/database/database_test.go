package database_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/environ"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/health"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// first and second are two releases' migrations.
var (
	first = fstest.MapFS{
		"sqlite/00001_a.sql":   {Data: []byte(schema)},
		"postgres/00001_a.sql": {Data: []byte(schema)},
	}
	second = fstest.MapFS{
		"sqlite/00001_a.sql":   {Data: []byte(schema)},
		"postgres/00001_a.sql": {Data: []byte(schema)},
		"sqlite/00002_b.sql":   {Data: []byte("-- +goose Up\nINSERT INTO things (name) VALUES ('second');")},
		"postgres/00002_b.sql": {Data: []byte("-- +goose Up\nINSERT INTO things (name) VALUES ('second');")},
	}
)

const schema = `-- +goose Up
CREATE TABLE things (name TEXT NOT NULL UNIQUE);
CREATE TABLE probe (at BIGINT NOT NULL);
INSERT INTO probe (at) VALUES (0);
`

func TestMigrateInManyProcessesAtOnce(t *testing.T) {
	t.Parallel()
	databasetest.EachStore(t, func(t *testing.T, settings database.Settings) {
		var wait sync.WaitGroup
		for range 6 {
			db := databasetest.MustOpen(t, settings)
			wait.Go(func() {
				if err := db.Migrate(t.Context(), second); err != nil {
					t.Errorf("migrate: %v", err)
				}
			})
		}
		wait.Wait()
		if got := count(t, databasetest.MustOpen(t, settings)); got != 1 {
			t.Errorf("the second migration ran %d times, want once", got)
		}
	})
}

func TestMigrateRefusesANewerSchema(t *testing.T) {
	t.Parallel()
	databasetest.EachStore(t, func(t *testing.T, settings database.Settings) {
		db := databasetest.MustOpen(t, settings)
		must(t, db.Migrate(t.Context(), second))
		err := db.Migrate(t.Context(), first)
		if err == nil || !strings.Contains(err.Error(), "schema has version 2, newer than the 1 that this release knows") {
			t.Errorf("an older release on a newer schema: %v, want it refused by name", err)
		}
		if fault.KindOf(err) != fault.Internal {
			t.Errorf("the refusal is %s, want it final", fault.KindOf(err))
		}
	})
}

func TestWriteIsAllOrNothing(t *testing.T) {
	t.Parallel()
	databasetest.EachStore(t, func(t *testing.T, settings database.Settings) {
		db := mustMigrate(t, settings)
		_, err := database.Write(t.Context(), db, func(ctx context.Context, tx *sql.Tx) (database.None, error) {
			if _, err := tx.ExecContext(ctx, `INSERT INTO things (name) VALUES ('a')`); err != nil {
				return database.None{}, err
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO things (name) VALUES ('a')`)
			return database.None{}, err
		})
		if err == nil || fault.KindOf(err) != fault.Internal {
			t.Errorf("a broken constraint = %v (%s), want a mistake of ours", err, fault.KindOf(err))
		}
		if got := count(t, db); got != 0 {
			t.Errorf("%d rows of a failed transaction are kept", got)
		}
	})
}

func TestWriteGivesUpOnALockedFileAndRecovers(t *testing.T) {
	t.Parallel()
	settings := databasetest.SQLite(t)
	settings.Timeout = 50 * time.Millisecond
	db, other := mustMigrate(t, settings), databasetest.MustOpen(t, settings)
	locked, unlock := make(chan struct{}), make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		_, err := database.Write(t.Context(), other, func(context.Context, *sql.Tx) (database.None, error) {
			close(locked)
			<-unlock
			return database.None{}, nil
		})
		ended <- err
	}()
	<-locked
	if err := insert(t.Context(), db, "a"); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a write to a locked file = %v, want unavailable", err)
	}
	must(t, db.Check(t.Context()))
	if got := count(t, db); got != 0 { // readers go on
		t.Errorf("rows = %d", got)
	}
	close(unlock)
	<-ended // its transaction may have run out of time, which is beside the point
	must(t, insert(t.Context(), db, "a"))
}

func TestCheckSeesACorruptFile(t *testing.T) {
	t.Parallel()
	settings := databasetest.SQLite(t)
	path := strings.TrimSuffix(strings.TrimPrefix(settings.URL, "sqlite://"), "?synchronous=off")
	db, err := database.Open(settings)
	must(t, err)
	must(t, db.Migrate(t.Context(), first))
	must(t, db.Close())
	must(t, os.WriteFile(path, []byte(strings.Repeat("this is no database ", 1000)), 0o600))
	db = databasetest.MustOpen(t, settings)
	if err := db.Check(t.Context()); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Check of a corrupt file = %v, want unavailable", err)
	}
	if err := db.Migrate(t.Context(), first); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Migrate of a corrupt file = %v, want unavailable", err)
	}
}

func TestReadsGoOnWhileTheDiskIsFull(t *testing.T) {
	t.Parallel()
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=512k"); err != nil {
		if os.Getenv("CI") == "true" && os.Geteuid() == 0 {
			t.Fatalf("mount: %v", err)
		}
		t.Skipf("SKIPPED: needs root to mount a small disk: %v", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(disk, syscall.MNT_DETACH)) })
	settings := databasetest.SQLite(t)
	settings.URL = "sqlite://" + filepath.Join(disk, "full.db")
	db, err := database.Open(settings)
	must(t, err)
	defer db.Close() //nolint:errcheck // the disk goes with it
	must(t, db.Migrate(t.Context(), first))
	must(t, db.Check(t.Context()))
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err == nil {
		t.Fatal("the disk is not full")
	}
	err = nil
	for range 100 { // the log has room for a few pages yet
		if err = write(t.Context(), db); err != nil {
			break
		}
	}
	if known := fault.As(err); known == nil || known.Kind != fault.Unavailable || known.Message != noChanges {
		t.Errorf("a write to a full disk = %v, want unavailable, and why", err)
	}
	must(t, db.Check(t.Context()))
	must(t, os.Remove(ballast))
	must(t, write(t.Context(), db))
}

func TestCheckFollowsPostgresThroughItsTroubles(t *testing.T) {
	t.Parallel()
	server, err := databasetest.Start()
	databasetest.NeedServer(t, err)
	t.Cleanup(func() { must(t, server.Remove()) })
	settings := server.MustCreate(t)
	db := mustMigrate(t, settings)
	name := strings.TrimPrefix(strings.Split(settings.URL, "?")[0], "postgres://postgres@/")

	must(t, server.Stop())
	if err := db.Check(t.Context()); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("Check while the server is down = %v, want unavailable", err)
	}
	must(t, server.Run())
	must(t, eventually(t, db))

	must(t, server.Stop())
	must(t, server.Run("default_transaction_read_only=on"))
	if err := db.Check(t.Context()); err == nil || health.Blocks(err) {
		t.Errorf("Check while the server is read-only = %v, want it degraded", err)
	}
	if known := fault.As(write(t.Context(), db)); known == nil || known.Message != noChanges {
		t.Errorf("a write while the server is read-only = %v, want it refused, and why", known)
	}

	must(t, server.Stop())
	must(t, server.Run("max_connections=5", "superuser_reserved_connections=0"))
	hog := databasetest.MustOpen(t, settings)
	must(t, eventually(t, hog)) // a server that is still starting lets nobody in, and nobody would be in the way
	crowd(t, hog, 5, func() {
		if err := db.Check(t.Context()); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("Check while connections are out = %v, want unavailable", err)
		}
	})
	must(t, hog.Close())
	must(t, eventually(t, db))
	server.MustRun(t, name, "SELECT 1 FROM things")
}

// noChanges is what a caller is told of a store that can only be read.
const noChanges = "The store takes no changes now"

// write changes something, which takes no room.
func write(ctx context.Context, db *database.DB) error {
	_, err := database.Write(ctx, db, func(ctx context.Context, tx *sql.Tx) (database.None, error) {
		_, err := tx.ExecContext(ctx, `UPDATE probe SET at = at + 1`)
		return database.None{}, err
	})
	return err
}

// TestCheckDoesNotWaitInTheQueue has every connection of the pool taken by statements that do not end: the store can be
// read all the same, and whoever asks is told soon.
func TestCheckDoesNotWaitInTheQueue(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, settings database.Settings) {
		settings.Connections = 3
		db := mustMigrate(t, settings)
		crowd(t, db, settings.Connections, func() {
			for range 3 {
				begun := time.Now()
				must(t, db.Check(t.Context()))
				if took := time.Since(begun); took > time.Second {
					t.Errorf("Check took %s while the pool is taken", took)
				}
				time.Sleep(1100 * time.Millisecond) // what went well before the pool was taken tells less and less
			}
		})
	})
}

// crowd holds so many connections while it does something.
func crowd(t *testing.T, db *database.DB, connections int, do func()) {
	t.Helper()
	release := make(chan struct{})
	var inside, wait sync.WaitGroup
	inside.Add(connections)
	for range connections {
		wait.Go(func() {
			enter := sync.OnceFunc(inside.Done)
			_, _ = database.Read(context.Background(), db, func(context.Context, *sql.Tx) (database.None, error) {
				enter()
				<-release
				return database.None{}, nil
			})
			enter() // who does not get in is out
		})
	}
	inside.Wait()
	do()
	close(release)
	wait.Wait()
}

// eventually is nil once the database works again: the first attempts may meet connections that are dead.
func eventually(t *testing.T, db *database.DB) (err error) {
	t.Helper()
	for range 1000 {
		if err = db.Check(t.Context()); err == nil {
			return nil
		}
		time.Sleep(10 * time.Millisecond) // a server that recovers says nothing
	}
	return err
}

func TestReadSettingsRefusesWhatIsNoDatabase(t *testing.T) {
	t.Parallel()
	for url, good := range map[string]bool{
		"sqlite:///data/a.db": true, "postgres://u:p@host/db": true, "postgresql://host/db": true,
		"sqlite://data/a.db": false, "sqlite:a.db": false, "mysql://host/db": false, "": false, "postgres://%zz": false,
		"postgres://u:secret@host:port/db": false,
	} {
		env := environ.New(func(name string) string {
			return map[string]string{contract.EnvDatabaseURL: url}[name]
		})
		database.ReadSettings(env)
		if err := env.Err(); (err == nil) != good {
			t.Errorf("%q: %v, want it good: %t", url, err, good)
		} else if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v shows the password", url, err)
		}
	}
}

func mustMigrate(t *testing.T, settings database.Settings) *database.DB {
	t.Helper()
	db := databasetest.MustOpen(t, settings)
	must(t, db.Migrate(t.Context(), first))
	return db
}

func count(t *testing.T, db *database.DB) int {
	t.Helper()
	rows, err := database.Row(t.Context(), db, database.Scan[int], `SELECT count(*) FROM things`)
	must(t, err)
	return rows
}

func matches(pattern, text string) bool { return regexp.MustCompile(pattern).MatchString(text) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
