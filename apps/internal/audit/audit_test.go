package audit_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/techcommerce/platform/apps/internal/audit"
	"github.com/techcommerce/platform/apps/internal/database"
	"github.com/techcommerce/platform/apps/internal/database/databasetest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

const key = "an admin key"

const schema = `-- +goose Up
CREATE TABLE audit (id %s, at BIGINT NOT NULL, key TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL);
CREATE TABLE probe (at BIGINT NOT NULL);
`

func TestOnlyWhatTheOwnerDoesIsRecorded(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, settings database.Settings) {
		log := mustLog(t, settings)
		must(t, log.Record(t.Context(), audit.Action{Name: "edit", Subject: "product 1", Detail: "by nobody"}))
		owner := audit.By(t.Context(), key)
		for i := range 5 {
			must(t, log.Record(owner, audit.Action{Name: "edit", Subject: "product 1", Detail: fmt.Sprint(i)}))
		}
		first := mustList(t, log, 0, 2)
		second := mustList(t, log, first[1].ID, 9)
		var got []string
		for _, e := range slices.Concat(first, second) {
			got = append(got, e.Detail)
			if e.Key != audit.Fingerprint(key) || strings.Contains(fmt.Sprint(e), key) {
				t.Errorf("%+v, want the key's fingerprint and not the key", e)
			}
			if time.Since(e.At).Abs() > time.Minute {
				t.Errorf("recorded at %s", e.At)
			}
		}
		if want := []string{"4", "3", "2", "1", "0"}; !slices.Equal(got, want) {
			t.Errorf("recorded %q, want %q: what the owner did, the newest first", got, want)
		}
	})
}

// TestWhatIsUndoneIsNotRecorded: the record is in the transaction of what it records.
func TestWhatIsUndoneIsNotRecorded(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, settings database.Settings) {
		log := mustLog(t, settings)
		undone := errors.New("undone")
		_, err := database.Write(audit.By(t.Context(), key), log.DB, func(ctx context.Context, tx *sql.Tx) (database.None, error) {
			return database.None{}, errors.Join(audit.Record(ctx, tx, log.DB.Now(), audit.Action{Name: "edit"}), undone)
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		if entries := mustList(t, log, 0, 9); len(entries) > 0 {
			t.Errorf("recorded %+v", entries)
		}
	})
}

func TestEntriesAreForgottenAfterTheirTime(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, settings database.Settings) {
		now := time.Now()
		settings.Clock = func() time.Time { return now }
		log := mustLog(t, settings)
		owner := audit.By(t.Context(), key)
		for range 3 {
			must(t, log.Record(owner, audit.Action{Name: "edit"}))
			now = now.Add(24 * time.Hour)
		}
		for _, test := range []struct {
			kept            time.Duration
			forgotten, left int
		}{{0, 0, 3}, {60 * time.Hour, 1, 2}, {60 * time.Hour, 0, 2}, {time.Hour, 2, 0}} {
			log.Kept = test.kept
			forgotten, err := log.Forget(t.Context())
			if left := mustList(t, log, 0, 9); err != nil || forgotten != test.forgotten || len(left) != test.left {
				t.Errorf("kept for %s: %d forgotten, %d left, %v, want %d and %d", test.kept, forgotten, len(left), err, test.forgotten, test.left)
			}
		}
	})
}

func mustLog(t *testing.T, settings database.Settings) audit.Log {
	t.Helper()
	db := databasetest.MustOpen(t, settings)
	must(t, db.Migrate(t.Context(), fstest.MapFS{
		"sqlite/00001_a.sql":   {Data: fmt.Appendf(nil, schema, "INTEGER PRIMARY KEY AUTOINCREMENT")},
		"postgres/00001_a.sql": {Data: fmt.Appendf(nil, schema, "BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY")},
	}))
	return audit.Log{DB: db}
}

func mustList(t *testing.T, log audit.Log, before int64, most int) []audit.Entry {
	t.Helper()
	entries, err := log.List(t.Context(), before, most)
	must(t, err)
	return entries
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
