// Package databasetest gives tests real databases of both kinds, each new and empty.
package databasetest

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/techcommerce/platform/apps/contract"
	"github.com/techcommerce/platform/apps/internal/database"
)

// Each runs a test once per kind of database, with the settings of a new one.
func Each(t *testing.T, test func(t *testing.T, settings database.Settings)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, Postgres(t))
	})
}

// SQLite is a new file.
func SQLite(tb testing.TB) database.Settings {
	tb.Helper()
	return settings("sqlite://" + filepath.Join(tb.TempDir(), "test.db") + "?synchronous=off")
}

// MustOpen opens a database until the test ends.
func MustOpen(tb testing.TB, settings database.Settings) *database.DB {
	tb.Helper()
	db, err := database.Open(settings)
	if err != nil {
		tb.Fatalf("open: %v", err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return db
}

func settings(url string) database.Settings {
	return database.Settings{URL: url, Connections: 8, Timeout: 5 * time.Second}
}

// databasePath is the path of a URL: a slash and the database's name.
func databasePath(address string) string {
	return strings.TrimPrefix(strings.Split(address, "?")[0], "postgres://postgres@")
}

// Environment is how a service is told of the settings.
func Environment(settings database.Settings) map[string]string {
	return map[string]string{
		contract.EnvDatabaseURL:       settings.URL,
		contract.EnvDatabaseDirectURL: settings.DirectURL,
		contract.EnvDatabaseCA:        settings.CA,
	}
}
