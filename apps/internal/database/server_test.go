package database_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
	"github.com/techcommerce/platform/apps/internal/environ"
	"github.com/techcommerce/platform/apps/internal/fault"
)

// TestAServerProvesItsName has a server with a certificate of an authority that the system does not know.
func TestAServerProvesItsName(t *testing.T) {
	t.Parallel()
	known, other := databasetest.MustAuthority(t), databasetest.MustAuthority(t)
	settings, unnamed := mustServer(t).MustSecure(t, known)
	for _, test := range []struct {
		name, ca, url, want string
	}{
		{"its own authority", known.File, settings.URL, ""},
		{"its own authority, without a word on sslmode", known.File, strings.Split(settings.URL, "?")[0], ""},
		{"another authority", other.File, settings.URL, "certificate signed by unknown authority"},
		{"those of the system", "", settings.URL, "certificate signed by unknown authority"},
		{"its own authority, by another name", known.File, unnamed, "certificate is valid for"},
		{"no encryption", "", strings.Replace(settings.URL, "verify-full", "disable", 1), "no encryption"},
	} {
		tested := settings
		tested.URL, tested.CA = test.url, test.ca
		db := databasetest.MustOpen(t, tested)
		err := db.Migrate(t.Context(), first)
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", test.name, err)
		case test.want != "" && (fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: %v (%s), want it unavailable for %q", test.name, err, fault.KindOf(err), test.want)
		}
	}
}

func TestReadSettingsRefusesWhatProvesNothing(t *testing.T) {
	t.Parallel()
	authority, empty := databasetest.MustAuthority(t).File, filepath.Join(t.TempDir(), "empty.crt")
	must(t, os.WriteFile(empty, []byte("no certificate"), 0o600))
	const good, direct = "postgres://u:secret@host/db?sslmode=verify-full", "postgres://u:secret@direct/db"
	for _, test := range []struct{ url, ca, direct, want string }{
		{good, authority, "", ""},
		{"postgres://u:secret@host/db", authority, "", ""},
		{"postgres://u:secret@host/db?sslmode=verify-ca", authority, "", ""},
		{"postgres://u:secret@host/db?sslmode=require", authority, "", "DATABASE_URL: want .*sslmode=require"},
		{good, "/nowhere/ca.crt", "", "DATABASE_CA: .*no such file"},
		{good, empty, "", "DATABASE_CA: .*no certificate"},
		{good, authority, direct, ""},
		{good, authority, direct + "?sslmode=disable", "DATABASE_DIRECT_URL: want .*\nsslmode=disable"},
		{good, "", "sqlite:///data/a.db", "DATABASE_DIRECT_URL: want postgres"},
		{"sqlite:///data/a.db", "", direct, "DATABASE_DIRECT_URL: is set, but DATABASE_URL"},
	} {
		env := environ.New(func(name string) string {
			return map[string]string{
				contract.EnvDatabaseURL: test.url, contract.EnvDatabaseCA: test.ca, contract.EnvDatabaseDirectURL: test.direct,
			}[name]
		})
		database.ReadSettings(env)
		err := env.Err()
		if (err == nil) != (test.want == "") || err != nil && !matches(test.want, err.Error()) {
			t.Errorf("%+v: %v, want %q", test, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: %v shows the password", test, err)
		}
	}
}

// TestAPoolerNeedsTheServersAddress: without it nothing works, and the error says what to do.
func TestAPoolerNeedsTheServersAddress(t *testing.T) {
	t.Parallel()
	settings := databasetest.Pooled(t)
	mustMigrate(t, settings)
	settings.DirectURL = ""
	db := databasetest.MustOpen(t, settings)
	for name, err := range map[string]error{"Migrate": db.Migrate(t.Context(), first), "Check": db.Check(t.Context())} {
		if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "set DATABASE_DIRECT_URL") {
			t.Errorf("%s = %v, want it to say what to set", name, err)
		}
	}
}

// TestStatementsAreBounded has somebody else hold a row: whoever waits for it is told soon, also behind a pooler, and by
// the server, which does not go on waiting for a client that gave up.
func TestStatementsAreBounded(t *testing.T) {
	t.Parallel()
	for kind, settings := range map[string]database.Settings{
		"postgres": databasetest.Postgres(t), "pgbouncer": databasetest.Pooled(t),
	} {
		mustMigrate(t, settings)
		settings.Timeout = time.Second
		db := databasetest.MustOpen(t, settings)
		must(t, insert(t.Context(), db, "held"))
		locked, release, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		patient := settings
		patient.Timeout = time.Minute
		holder := databasetest.MustOpen(t, patient)
		go func() {
			_, err := database.Write(context.Background(), holder, func(ctx context.Context, tx *sql.Tx) (database.None, error) {
				_, err := tx.ExecContext(ctx, `UPDATE things SET name = name`)
				close(locked)
				<-release
				return database.None{}, err
			})
			ended <- err
		}()
		<-locked
		_, row := database.WriteRow(t.Context(), db, database.Scan[string], `UPDATE things SET name = name RETURNING name`)
		_, write := database.Write(t.Context(), db, func(ctx context.Context, tx *sql.Tx) (database.None, error) {
			_, err := tx.ExecContext(ctx, `UPDATE things SET name = name`)
			return database.None{}, err
		})
		for name, err := range map[string]error{"WriteRow": row, "Write": write} {
			if fault.KindOf(err) != fault.Unavailable || !matches("55P03|57014", err.Error()) {
				t.Errorf("%s on %s while somebody has the row = %v, want the server to give up", name, kind, err)
			}
		}
		close(release)
		must(t, <-ended)
	}
}

// TestAPoolerRefusesASetting: the server's own address is set already, so that cannot be what is missing.
func TestAPoolerRefusesASetting(t *testing.T) {
	t.Parallel()
	settings := databasetest.Pooled(t)
	settings.URL += "&search_path=shop"
	db := databasetest.MustOpen(t, settings)
	err := db.Check(t.Context())
	for _, want := range []string{"search_path", "take it out of " + contract.EnvDatabaseURL} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("check behind a pooler that knows no search_path: %v, want it to say %q", err, want)
		}
	}
	if err != nil && strings.Contains(err.Error(), contract.EnvDatabaseDirectURL) {
		t.Errorf("check: %v, but the server's own address is set", err)
	}
}
