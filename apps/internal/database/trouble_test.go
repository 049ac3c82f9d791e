package database_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/fault"
	"github.com/techcommerce/platform/apps/internal/health"
)

// TestALostAnswerIsUnavailable has PostgreSQL do what it was asked, and the answer get lost with the connection. Nobody
// can say whether it was done, and it is no mistake of ours.
func TestALostAnswerIsUnavailable(t *testing.T) {
	t.Parallel()
	server := mustServer(t)
	direct := server.MustCreate(t)
	db := mustMigrate(t, direct)
	proxy := databasetest.MustProxy(t, server)
	far := databasetest.MustOpen(t, proxy.Settings(t, direct))
	for i, test := range []struct {
		name, lost string
		do         func() error
	}{
		{"a commit", "commit", func() error { return insert(t.Context(), far, "first") }},
		{"a single statement", "second", func() error {
			_, err := database.WriteRow(t.Context(), far, database.Scan[string],
				`INSERT INTO things (name) VALUES ($1) RETURNING name`, "second")
			return err
		}},
		{"a statement within", "third", func() error { return insert(t.Context(), far, "third") }},
	} {
		proxy.Swallow(test.lost)
		err := test.do()
		if fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%s whose answer is lost = %v (%s), want unavailable", test.name, err, fault.KindOf(err))
		}
		proxy.Swallow("")
		if got, want := count(t, db), min(i+1, 2); got != want {
			t.Errorf("after %s there are %d rows, want %d: %v", test.name, got, want, err)
		}
	}
	must(t, far.Check(t.Context()))
}

// TestAClosedConnectionIsUnavailable has the server end the session between two statements.
func TestAClosedConnectionIsUnavailable(t *testing.T) {
	t.Parallel()
	server := mustServer(t)
	settings := server.MustCreate(t)
	db := mustMigrate(t, settings)
	name := nameOf(settings)
	_, err := database.Write(t.Context(), db, func(ctx context.Context, tx *sql.Tx) (database.None, error) {
		if _, err := tx.ExecContext(ctx, `INSERT INTO things (name) VALUES ('a')`); err != nil {
			return database.None{}, err
		}
		server.MustRun(t, "postgres", `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
			WHERE datname = '`+name+`' AND pid <> pg_backend_pid()`)
		// The first finds the connection dead, the second finds it closed.
		_, first := tx.ExecContext(ctx, `INSERT INTO things (name) VALUES ('b')`)
		if first == nil {
			t.Error("a statement on a connection that the server ended went well")
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO things (name) VALUES ('c')`)
		return database.None{}, err
	})
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a transaction whose connection was closed = %v (%s), want unavailable", err, fault.KindOf(err))
	}
}

// TestFailover has another server become the primary while the old one lives on and takes no writes, as after a
// switch of a managed database. The connections to the old one must not stay in use.
func TestFailover(t *testing.T) {
	t.Parallel()
	old, next := mustServer(t), mustServer(t)
	settings := old.MustCreate(t)
	name := nameOf(settings)
	next.MustRun(t, "postgres", "CREATE DATABASE "+name)
	proxy := databasetest.MustProxy(t, old)
	db := mustMigrate(t, proxy.Settings(t, settings))
	crowd(t, db, 4, func() {}) // that many connections are open now

	old.MustRun(t, "postgres", "ALTER SYSTEM SET default_transaction_read_only = on")
	old.MustRun(t, "postgres", "SELECT pg_reload_conf()")
	proxy.Switch(next)
	elsewhere := settings
	elsewhere.URL = next.URL(name)
	mustMigrate(t, elsewhere)

	deadline := time.Now().Add(5 * time.Second)
	for good := 0; good < 20; {
		err := write(t.Context(), db)
		switch {
		case err == nil:
			good++
		case fault.KindOf(err) != fault.Unavailable:
			t.Fatalf("a write after a failover = %v, want unavailable at worst", err)
		case time.Now().After(deadline):
			t.Fatalf("five seconds after the failover writes still fail: %v", err)
		default:
			good = 0
			time.Sleep(10 * time.Millisecond) // no one says when the new primary is in use
		}
	}
}

// TestTheCheckFollowsAFailover: a service to which nobody writes meanwhile loses no first write to it.
func TestTheCheckFollowsAFailover(t *testing.T) {
	t.Parallel()
	old, next := mustServer(t), mustServer(t)
	settings := old.MustCreate(t)
	next.MustRun(t, "postgres", "CREATE DATABASE "+nameOf(settings))
	proxy := databasetest.MustProxy(t, old)
	db := mustMigrate(t, proxy.Settings(t, settings))
	old.MustRun(t, "postgres", "ALTER SYSTEM SET default_transaction_read_only = on")
	old.MustRun(t, "postgres", "SELECT pg_reload_conf()")
	proxy.Switch(next)
	elsewhere := settings
	elsewhere.URL = next.URL(nameOf(settings))
	mustMigrate(t, elsewhere)
	for deadline, seen := time.Now().Add(5*time.Second), false; ; {
		err := db.Check(t.Context())
		if err != nil && health.Blocks(err) {
			t.Fatalf("Check after a failover = %v, want it degraded at worst", err)
		}
		if seen = seen || err != nil; seen && err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("five seconds after the failover Check = %v (was ever degraded: %t)", err, seen)
		}
		time.Sleep(10 * time.Millisecond) // as above
	}
	must(t, write(t.Context(), db))
}

// TestReadsGoOnWhileNothingCanBeWritten has a server that is read-only and stays so.
func TestReadsGoOnWhileNothingCanBeWritten(t *testing.T) {
	t.Parallel()
	server := mustServer(t)
	db := mustMigrate(t, server.MustCreate(t))
	server.MustRun(t, "postgres", "ALTER SYSTEM SET default_transaction_read_only = on")
	server.MustRun(t, "postgres", "SELECT pg_reload_conf()")
	for deadline := time.Now().Add(10 * time.Second); write(t.Context(), db) == nil && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond) // sessions learn of a setting between their statements
	}
	for range 20 {
		if err := db.Check(t.Context()); err != nil && health.Blocks(err) {
			t.Fatalf("Check of a read-only server = %v, want it degraded", err)
		}
		if err := write(t.Context(), db); fault.KindOf(err) != fault.Unavailable {
			t.Fatalf("a write to a read-only server = %v, want unavailable", err)
		}
		if got := count(t, db); got != 0 {
			t.Errorf("rows = %d", got)
		}
	}
}

func insert(ctx context.Context, db *database.DB, name string) error {
	_, err := database.Write(ctx, db, func(ctx context.Context, tx *sql.Tx) (database.None, error) {
		_, err := tx.ExecContext(ctx, `INSERT INTO things (name) VALUES ($1)`, name)
		return database.None{}, err
	})
	return err
}

func mustServer(t *testing.T) *databasetest.Server {
	t.Helper()
	server, err := databasetest.Start()
	databasetest.NeedServer(t, err)
	t.Cleanup(func() { must(t, server.Remove()) })
	return server
}

func nameOf(settings database.Settings) string {
	return strings.TrimPrefix(strings.Split(settings.URL, "?")[0], "postgres://postgres@/")
}
