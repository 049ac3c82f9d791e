// Package databasetest gives tests real databases of both kinds, each new and empty.
package databasetest

import (
	"path/filepath"
	"testing"
	"time"

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
