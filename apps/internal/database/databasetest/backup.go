package databasetest

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/techcommerce/platform/apps/internal/database"
)

// EachOlderBackup calls do once for the schema of each earlier release on PostgreSQL: for each of the migrations in a
// folder with a subfolder postgres but the last. The database has that schema; restore loads a dump of it over whatever
// is there by then, as the restore job does. What the dump does not know stays behind.
func EachOlderBackup(t *testing.T, folder string, do func(t *testing.T, settings database.Settings, restore func())) {
	t.Helper()
	files, err := fs.Glob(os.DirFS(folder), "postgres/*.sql")
	if err != nil || len(files) < 2 {
		t.Fatalf("migrations of PostgreSQL in %s: %q, %v, want two at least", folder, files, err)
	}
	for version := 1; version < len(files); version++ {
		t.Run(filepath.Base(files[version-1]), func(t *testing.T) {
			t.Parallel()
			older := fstest.MapFS{}
			for _, name := range files[:version] {
				content, err := os.ReadFile(filepath.Join(folder, name))
				if err != nil {
					t.Fatal(err)
				}
				older[name] = &fstest.MapFile{Data: content}
			}
			settings := Postgres(t)
			if err := MustOpen(t, settings).Migrate(t.Context(), older); err != nil {
				t.Fatal(err)
			}
			dump := filepath.Join(t.TempDir(), "dump")
			mustRun(t, "pg_dump", "--format=custom", "--file", dump, settings.URL)
			do(t, settings, func() {
				t.Helper()
				mustRun(t, "pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction",
					"--exit-on-error", "--dbname", settings.URL, dump)
			})
		})
	}
}

func mustRun(t *testing.T, name string, arguments ...string) {
	t.Helper()
	command := exec.Command(name, arguments...)
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	if err := command.Run(); err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(arguments, " "), err, &said)
	}
}
